//! Reading finished modules back.

use vasca_builders::stage::{Stage, Timings};
use vasca_builders::tsx::compiler::Inspection;

use crate::{every_compiler, every_manner, sources, unit};

#[test]
fn a_modules_facts_come_from_its_text() {
    let code = "import a from 'b'; export * from 'c'; export { d } from 'e';\n\
        export default () => [import('f'), a];\n\
        export const g = 1;";
    let texts = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    every_compiler(|compiler| {
        let expected = Inspection {
            exports: texts(&["d", "default", "g"]),
            imports: texts(&["b", "c", "e", "f"]),
            ..Inspection::default()
        };
        assert_eq!(compiler.inspect(code), Ok(expected));
        let read = |code: &str| compiler.inspect(code).unwrap();
        assert!(read("import(x)").computed_import);
        assert!(read("eval('1')").uses_eval);
        assert!(!read("const o = { eval() {} }; o.eval()").uses_eval);
        for broken in ["const a = <b/>", "export default (", "const a: number = 1"] {
            assert!(compiler.inspect(broken).is_err(), "{broken}");
        }
    });
}

#[test]
fn every_good_source_compiles_to_what_reads_back_the_same_again_and_again() {
    every_compiler(|compiler| {
        let all = sources("fixtures/good").into_iter();
        for (name, source) in all.chain(sources("conformance/corners")) {
            for unit in every_manner(&source) {
                let compile = || {
                    let compiled = compiler.compile(&unit, &mut Timings::default());
                    compiled.unwrap_or_else(|found| panic!("{name}: {found:?}"))
                };
                let compiled = compile();
                assert_eq!(compiled, compile(), "{name}");
                let read = compiler.inspect(&compiled.code).unwrap();
                assert!(read.exports.contains(&"default".to_owned()), "{name}");
            }
        }
    });
}

#[test]
fn the_time_of_a_compilation_goes_to_its_stages() {
    every_compiler(|compiler| {
        let mut timings = Timings::default();
        let source = "export default () => <b/>;";
        compiler.compile(&unit(source), &mut timings).unwrap();
        let stages: Vec<Stage> = timings.iter().map(|(stage, _)| stage).collect();
        for stage in [
            Stage::Parse,
            Stage::Transform,
            Stage::Policy,
            Stage::Wrap,
            Stage::Minify,
        ] {
            assert!(stages.contains(&stage), "{stage:?}");
        }
        assert!(!compiler.version().is_empty());
    });
}
