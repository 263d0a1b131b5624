//! What the parser or the compressor would take for something else: it is refused, and what looks
//! like it builds.

use vasca_builders::tsx::TsxBuilder;
use vasca_builders::{BuildRequest, Code};

/// The code of the failure; none where the source builds.
fn code_of(source: &str) -> Option<Code> {
    let request = BuildRequest::single("tsx", "component.tsx", source);
    let error = TsxBuilder::new().build_blocking(&request).err()?;
    Some(error.code())
}

#[test]
fn a_line_that_ends_before_an_arrow_is_refused() {
    for source in [
        "export default () => (a, b\n=> 1);",
        "export default () => (a\n=> 1);",
    ] {
        assert_eq!(code_of(source), Some(Code::SyntaxError), "{source}");
    }
    for source in [
        "export default (a: string,\n b: string) => a + b;",
        "export default (\n  a: string\n) => a;",
        "export default async a => {\n  return a;\n};",
        "export default a => /*\n*/ a;",
    ] {
        assert_eq!(code_of(source), None, "{source}");
    }
}

#[test]
fn an_expression_that_is_made_of_a_text_must_be_valid() {
    for source in [
        "export default () => new RegExp(\"[\")",
        "export default () => RegExp('(', 'g')",
        "export default () => new RegExp('a', 'gg')",
    ] {
        assert_eq!(code_of(source), Some(Code::SyntaxError), "{source}");
    }
    for source in [
        "export default () => new RegExp('[a-z]', 'g')",
        "export default (text: string) => new RegExp(text)",
        "export default (flags: string) => new RegExp('[a-z]', flags)",
    ] {
        assert_eq!(code_of(source), None, "{source}");
    }
}

#[test]
fn an_export_that_only_a_string_can_name_needs_a_newer_target() {
    let source = "const a = 1; export { a as 'x-y', a as 'z' }; export default () => a;";
    assert_eq!(code_of(source), Some(Code::UnsupportedSyntax));
    let request = BuildRequest::single("tsx", "component.tsx", source)
        .with_options("{\"target\":\"es2022\"}".to_owned());
    let built = TsxBuilder::new().build_blocking(&request);
    let exports = built.map(|artifact| artifact.exports);
    assert_eq!(
        exports.as_deref(),
        Ok(["default", "x-y", "z"].map(str::to_owned).as_slice())
    );
}
