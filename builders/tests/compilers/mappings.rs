//! Where the pieces of a module come from.

use vasca_builders::tsx::compiler::Unit;

use crate::{compile, every_compiler, sources, unit};

#[test]
fn mappings_ascend_and_lie_within_both_texts() {
    every_compiler(|compiler| {
        for (name, source) in sources("fixtures/good") {
            for minify in [true, false] {
                let unit = Unit {
                    minify,
                    mapped: true,
                    ..unit(&source)
                };
                let compiled = compile(compiler, &unit).unwrap();
                let lines: Vec<&str> = compiled.code.split('\n').collect();
                assert!(compiled.mappings.len() > 20, "{name}");
                let places = compiled.mappings.iter().map(|it| (it.line, it.column));
                assert!(places.is_sorted_by(|one, two| one < two), "{name}");
                for mapping in &compiled.mappings {
                    let line = lines.get(mapping.line as usize).unwrap();
                    let units = line.encode_utf16().count();
                    assert!(mapping.column as usize <= units, "{name}: {mapping:?}");
                    assert!(
                        source.is_char_boundary(mapping.offset),
                        "{name}: {mapping:?}"
                    );
                    if let Some(at) = &mapping.name {
                        let rest = source.get(mapping.offset..).unwrap();
                        let is_there = rest.starts_with(at.as_str()) || rest.starts_with("new ");
                        assert!(is_there, "{name}: {mapping:?}");
                    }
                }
            }
        }
    });
}

#[test]
fn a_module_is_the_same_whether_it_is_mapped_or_not() {
    every_compiler(|compiler| {
        for (name, source) in sources("fixtures/good") {
            let code = |mapped| {
                let unit = Unit {
                    mapped,
                    ..unit(&source)
                };
                let compiled = compile(compiler, &unit).unwrap();
                assert_eq!(compiled.mappings.is_empty(), !mapped, "{name}");
                compiled.code
            };
            assert_eq!(code(true), code(false), "{name}");
        }
    });
}
