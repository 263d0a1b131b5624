//! Source maps, by ECMA-426: from the places of a module to those of its source.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sourcemap::SourceMapBuilder;

use crate::frame::{Lines, Place};
use crate::tsx::compiler::Mapping;

/// Writes the map of a module of one file, which holds the file's text too: whoever debugs a module
/// has no other way to it.
///
/// Costs a sort of the mappings, and the length of the source once.
pub(super) fn write(file: &str, source: &str, mappings: &[Mapping]) -> Option<String> {
    let mut offsets: Vec<usize> = mappings.iter().map(|mapping| mapping.offset).collect();
    offsets.sort_unstable();
    offsets.dedup();
    let places = Lines::new(source).places(&offsets);

    let mut map = SourceMapBuilder::new(None);
    let of = map.add_source(file);
    map.set_source_contents(of, Some(source));
    for mapping in mappings {
        let found = offsets.binary_search(&mapping.offset).ok();
        let Some(Place { line, column }) = found.and_then(|index| places.get(index)).copied()
        else {
            continue;
        };
        let name = mapping.name.as_ref().map(|name| map.add_name(name));
        let (line, column) = (line - 1, column - 1);
        map.add_raw(
            mapping.line,
            mapping.column,
            line,
            column,
            Some(of),
            name,
            false,
        );
    }
    let mut text = Vec::new();
    map.into_sourcemap().to_writer(&mut text).ok()?;
    String::from_utf8(text).ok()
}

/// A module with its map as its last line, where debuggers look for it.
pub(super) fn inline(code: &str, map: &str) -> String {
    let code = code.trim_end();
    let map = STANDARD.encode(map);
    format!("{code}\n//# sourceMappingURL=data:application/json;base64,{map}\n")
}

#[cfg(test)]
mod tests {
    use super::write;
    use crate::tsx::compiler::Mapping;
    use sourcemap::SourceMap;

    #[test]
    fn places_are_counted_in_utf_16_and_lines_end_as_editors_end_them() {
        let source = "a\r\nb😀c\rd\ne";
        let at = |text: &str| source.find(text).unwrap();
        let expected = [
            ("a", 0, 0),
            ("b", 1, 0),
            ("c", 1, 3),
            ("d", 2, 0),
            ("e", 3, 0),
        ];
        let mappings: Vec<Mapping> = expected
            .iter()
            .rev()
            .zip(0..)
            .map(|((text, _, _), column)| Mapping {
                line: 0,
                column,
                offset: at(text),
                name: Some((*text).to_owned()),
            })
            .collect();
        let map = write("a.tsx", source, &mappings).unwrap();
        let map = SourceMap::from_slice(map.as_bytes()).unwrap();
        assert_eq!(map.get_source_contents(0), Some(source));
        for ((text, line, column), at) in expected.iter().rev().zip(0..) {
            let token = map.lookup_token(0, at).unwrap();
            assert_eq!(token.get_src(), (*line, *column), "{text}");
            assert_eq!(token.get_name(), Some(*text));
            assert_eq!(token.get_source(), Some("a.tsx"));
        }
    }
}
