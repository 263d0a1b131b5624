//! The errors of swc's parser in our words.

use swc_core::ecma::parser::error::SyntaxError;

/// What is wrong and what to do. What has no words here has the parser's.
pub(super) fn of(error: &SyntaxError) -> (String, String) {
    let (message, hint) = match error {
        SyntaxError::Expected(expected, found) => return expected_words(expected, found),
        SyntaxError::JSXExpectedClosingTag { tag } => {
            let hint = format!("Close `<{tag}>` with `</{tag}>` before its parent ends.");
            return (format!("`<{tag}>` is closed by another tag."), hint);
        }
        _ => match unfinished(error)
            .or_else(|| misplaced(error))
            .or_else(|| values(error))
            .or_else(|| statements(error))
        {
            Some(words) => words,
            None => return (sentence(&error.msg()), ELSE.to_owned()),
        },
    };
    (message.to_owned(), hint.to_owned())
}

const ELSE: &str = "Compare this place, and the line before it, with what TypeScript allows there.";

fn expected_words(expected: &str, found: &str) -> (String, String) {
    let expected = expected.trim_matches('\'');
    let found = match found.trim_matches('\'') {
        "<eof>" | "eof" => "the end of the source".to_owned(),
        "ident" => "a name".to_owned(),
        "string literal" => "a string".to_owned(),
        found => format!("`{}`", found.chars().take(40).collect::<String>()),
    };
    if expected == "</" {
        let hint =
            "Write an expression between the braces, or close what is open before this place.";
        return (
            format!("This is not an expression: {found} cannot stand here."),
            hint.to_owned(),
        );
    }
    let message = format!("`{expected}` is expected here, and not {found}.");
    (
        message,
        format!("Write `{expected}` before it, or remove what is too much."),
    )
}

/// Something has no end, or is missing.
fn unfinished(error: &SyntaxError) -> Option<(&'static str, &'static str)> {
    use SyntaxError as E;
    Some(match error {
        E::Eof => (
            "The source ends in the middle.",
            "Close what is open: brackets, tags and quotes.",
        ),
        E::TS1005 | E::ExpectedSemi | E::ExpectedSemiForExprStmt { .. } => (
            "The statement should have ended before this.",
            "Write an operator, a comma or a semicolon before it, or remove it.",
        ),
        E::TS1109 => (
            "An expression is missing here.",
            "Write a value before this place, or remove the operator that waits for one.",
        ),
        E::TS1110 => (
            "A type is missing here.",
            "Write a type before this place, or remove the `:` or `<` that waits for one.",
        ),
        E::TS1003 | E::ExpectedIdent => (
            "A name is missing here.",
            "Write a name, or remove the dot or keyword that waits for one.",
        ),
        E::UnterminatedStrLit => (
            "The string has no end.",
            "Close the string on its line, or write it between backticks.",
        ),
        E::UnterminatedTpl => (
            "The template has no end.",
            "Close the template with a backtick.",
        ),
        E::UnterminatedBlockComment => ("The comment has no end.", "Close the comment with `*/`."),
        E::UnterminatedRegExp => (
            "The regular expression has no end.",
            "Close the regular expression with `/`.",
        ),
        E::UnterminatedJSXContents | E::JSXExpectedClosingTagForLtGt => (
            "An element is not closed.",
            "Close every tag that is open: `</div>`, or `<div />` for one without children.",
        ),
        E::EmptyJSXAttr => (
            "There is nothing between the braces.",
            "Put a value between the braces, or remove the attribute.",
        ),
        E::InvalidJSXValue => (
            "The value of an attribute has neither quotes nor braces.",
            "Write the value between braces: `width={100}`.",
        ),
        _ => return None,
    })
}

/// Something stands where it cannot.
fn misplaced(error: &SyntaxError) -> Option<(&'static str, &'static str)> {
    use SyntaxError as E;
    Some(match error {
        E::ReturnNotAllowed => (
            "`return` stands outside of a function.",
            "Put it, and what belongs to it, into a function: `export default function Name() {` above, `}` below.",
        ),
        E::NonTopLevelImportExport
        | E::ImportExportInScript
        | E::ExportNotAllowed
        | E::InvalidImport => (
            "`import` and `export` stand at the top level only.",
            "Move it out of functions and blocks: an import to the top of the source.",
        ),
        E::ReservedArrowTypeParam => (
            "`<T>` begins an element in a file with JSX.",
            "In TSX, write a generic arrow function as `<T,>(…) => …`.",
        ),
        E::ReservedTypeAssertion => (
            "`<Type>value` begins an element in a file with JSX.",
            "In TSX, write `value as Type`.",
        ),
        E::AssignProperty => (
            "A member of an object is written with `:`.",
            "Write `:` instead of `=`.",
        ),
        E::DeclNotAllowed => (
            "A declaration needs a block of its own here.",
            "Put the statement between braces: `if (condition) { … }`.",
        ),
        E::LegacyCommentInModule => (
            "Comments of HTML do not exist in modules.",
            "Write the comment behind `//`.",
        ),
        _ => return None,
    })
}

/// Rules for values and names that a text breaks which can be read all the same.
fn values(error: &SyntaxError) -> Option<(&'static str, &'static str)> {
    use SyntaxError as E;
    Some(match error {
        E::AwaitInFunction => (
            "`await` stands in a function that is not `async`.",
            "Mark the function as `async`; a component cannot be, so load in `useEffect`.",
        ),
        E::AwaitParamInAsync => (
            "`await` cannot stand in a parameter.",
            "Await the value in the body of the function.",
        ),
        E::NullishCoalescingWithLogicalOp => (
            "`??` cannot be mixed with `||` or `&&`.",
            "Put parentheses around one of `??` and `||` or `&&`.",
        ),
        E::EvalAndArgumentsInStrict => (
            "`eval` and `arguments` are no names for variables in a module.",
            "Choose another name.",
        ),
        E::InvalidIdentInStrict(_) | E::InvalidIdentInAsync => (
            "This word is reserved in modules and cannot be a name.",
            "Choose another name.",
        ),
        E::ConstDeclarationsRequireInitialization => (
            "A `const` needs a value.",
            "Write `= value` behind the name, or declare it with `let`.",
        ),
        E::PatVarWithoutInit => (
            "A pattern needs a value to take apart.",
            "Write `= value` behind the pattern.",
        ),
        E::InvalidAssignTarget | E::TS2406 | E::NotSimpleAssign | E::InvalidPat => (
            "This cannot be assigned to.",
            "Assign to a variable or to a member; to compare, write `===`.",
        ),
        E::TS1102 | E::TS2703 => (
            "`delete` takes a member of an object, not a variable.",
            "Assign `undefined` to the variable instead.",
        ),
        _ => return None,
    })
}

/// Rules for statements, functions and classes that such a text breaks.
fn statements(error: &SyntaxError) -> Option<(&'static str, &'static str)> {
    use SyntaxError as E;
    Some(match error {
        E::TS1105 | E::TS1107 => (
            "`break` stands outside of a loop or a `switch`.",
            "Leave a function with `return`; in a callback of `map` or `forEach`, use a loop instead.",
        ),
        E::TS1115 => (
            "`continue` has no loop around it.",
            "Leave a callback with `return`, or use a `for` loop.",
        ),
        E::TS1116 => (
            "No statement around this one has that label.",
            "Remove the label, or write it before the loop that is meant.",
        ),
        E::TS1114 | E::DuplicateLabel(_) => (
            "Two statements, one within the other, have the same label.",
            "Rename one of the labels.",
        ),
        E::LegacyOctal | E::LegacyDecimal | E::TS1085 => (
            "Numbers with a leading zero do not exist in modules.",
            "Remove the zero, or write `0o` before an octal number.",
        ),
        E::TS2410 | E::WithInStrict => (
            "`with` does not exist in modules.",
            "Name the object before each of its members.",
        ),
        E::InvalidNewTarget => (
            "`new.target` stands outside of a function.",
            "Remove `new.target`: only a function that `new` calls has one.",
        ),
        E::DuplicateConstructor => (
            "The class has two constructors.",
            "Make one constructor of the two.",
        ),
        E::GetterParam => ("A getter has no parameters.", "Remove the parameters."),
        E::SetterParam => (
            "A setter has exactly one parameter.",
            "Give it one parameter.",
        ),
        E::TS1014 | E::NonLastRestParam | E::CommaAfterRestElement => (
            "What begins with `...` has to be the last of its list.",
            "Move it to the end of the list.",
        ),
        E::DuplicatedRegExpFlags(_) | E::UnknownRegExpFlags => (
            "The flags of the regular expression are not valid.",
            "Use each of `d`, `g`, `i`, `m`, `s`, `u` or `v`, and `y` at most once.",
        ),
        E::MultipleDefault { .. } => ("The `switch` has two `default` cases.", "Keep one of them."),
        _ => return None,
    })
}

/// The parser's message as a sentence.
fn sentence(message: &str) -> String {
    let message = message.trim();
    let mut characters = message.chars();
    let first = characters
        .next()
        .map(|c| c.to_uppercase().to_string())
        .unwrap_or_default();
    let end = if message.ends_with(['.', '?', '!']) {
        ""
    } else {
        "."
    };
    format!("{first}{}{end}", characters.as_str())
}
