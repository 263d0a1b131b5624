//! The contract, held against the text of the finished module.
//!
//! What it finds broken here is a fault of the compiler, not of the source: whatever the source
//! could have done wrong has been said before.

use crate::diagnostic::{Code, Diagnostic};
use crate::tsx::compiler::{Compiler, Inspection};
use crate::tsx::options::ImportMode;
use crate::tsx::policy::{Policy, Verdict};

/// Reads a finished module back and checks that it parses, has a default export, uses no `eval`,
/// and imports nothing beyond what the mode and the policy allow.
pub(super) fn verify(
    compiler: &dyn Compiler,
    code: &str,
    imports: ImportMode,
    policy: Policy<'_>,
) -> Result<Inspection, Diagnostic> {
    let broken = |message: String| Diagnostic::error(Code::ContractBroken, message);
    let inspection = compiler
        .inspect(code)
        .map_err(|error| broken(format!("The finished module does not parse: {error}.")))?;
    if !inspection.exports.iter().any(|name| name == "default") {
        return Err(broken(
            "The finished module lost its default export.".to_owned(),
        ));
    }
    if inspection.uses_eval {
        return Err(broken("The finished module uses `eval`.".to_owned()));
    }
    if inspection.computed_import {
        return Err(broken(
            "The finished module imports what no text names.".to_owned(),
        ));
    }
    let allowed = |specifier: &String| match imports {
        ImportMode::Globals => false,
        ImportMode::External => matches!(policy.judge(specifier), Verdict::Provided { .. }),
    };
    match inspection
        .imports
        .iter()
        .find(|specifier| !allowed(specifier))
    {
        None => Ok(inspection),
        Some(specifier) => Err(broken(format!(
            "The finished module still imports \"{specifier}\"."
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::verify;
    use crate::diagnostic::Code;
    use crate::tsx::compiler::swc::Swc;
    use crate::tsx::options::ImportMode;
    use crate::tsx::policy::Policy;
    use crate::tsx::profile::Profile;

    fn broken(code: &str, imports: ImportMode) -> Option<String> {
        let policy = Policy::new(Profile::remotion());
        let error = verify(&Swc, code, imports, policy).err()?;
        assert_eq!(error.code, Code::ContractBroken);
        Some(error.message)
    }

    #[test]
    fn a_module_that_breaks_the_contract_is_named_with_the_reason() {
        for (code, reason) in [
            ("export default function(", "does not parse"),
            ("const a = <b/>; export default a", "does not parse"),
            ("export const a = 1", "default export"),
            ("export default () => eval('1')", "eval"),
            ("const e = eval; export default () => e('1')", "eval"),
            ("import a from 'react'; export default a", "\"react\""),
            ("export * from 'remotion'; export default 1", "\"remotion\""),
            ("export default () => import('./x.js')", "\"./x.js\""),
            ("export default (a) => import(a)", "no text names"),
        ] {
            let found = broken(code, ImportMode::Globals).unwrap_or_default();
            assert!(found.contains(reason), "{code}: {found}");
        }
    }

    #[test]
    fn bare_imports_of_the_profile_are_kept_in_mode_external_only() {
        let code = "import a from 'react'; export default a";
        assert_eq!(broken(code, ImportMode::External), None);
        let code = "import a from 'fs'; export default a";
        assert!(broken(code, ImportMode::External).is_some());
    }

    #[test]
    fn a_name_like_eval_that_is_the_modules_own_is_no_eval() {
        assert_eq!(
            broken("export default (o) => o.eval('1')", ImportMode::Globals),
            None
        );
    }
}
