//! Which faults a build may mend by itself.
//!
//! A repair has the code of the fault that it mends. It is made only where the check for that
//! fault has found it and only one thing can be meant, and it is always reported.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::diagnostic::Code;

/// The codes of the faults that can be mended, in the order of their declaration.
pub const REPAIRABLE: &[Code] = &[
    Code::MarkdownFence,
    Code::DuplicateDeclaration,
    Code::DuplicateExport,
    Code::MissingDefaultExport,
    Code::UndeclaredName,
    Code::UseClient,
];

const OFF: &str = "off";
const ALL: &str = "all";

/// The repairs that a build may make. None is the default: a source is built as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Repairs(BTreeSet<Code>);

impl Repairs {
    /// Every repair that there is.
    #[must_use]
    pub fn all() -> Self {
        Self(REPAIRABLE.iter().copied().collect())
    }

    /// Whether faults with this code are mended.
    #[must_use]
    pub fn has(&self, code: Code) -> bool {
        self.0.contains(&code)
    }

    /// Whether nothing is mended.
    #[must_use]
    pub fn is_off(&self) -> bool {
        self.0.is_empty()
    }

    /// Those of a list of codes by their names; the error names the codes on offer.
    fn named<'n>(names: impl Iterator<Item = &'n str>) -> Result<Self, String> {
        names.map(code).collect::<Result<_, _>>().map(Self)
    }
}

fn code(name: &str) -> Result<Code, String> {
    let found = REPAIRABLE.iter().find(|code| code.as_str() == name);
    found.copied().ok_or_else(|| {
        let name: String = name.chars().take(80).collect();
        let known: Vec<&str> = REPAIRABLE.iter().map(|code| code.as_str()).collect();
        format!(
            "there is no repair {name:?}; there are {}",
            known.join(", ")
        )
    })
}

/// `off`, `all`, or codes with commas between them, as on a command line.
impl FromStr for Repairs {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            OFF => Ok(Self::default()),
            ALL => Ok(Self::all()),
            list => Self::named(list.split(',').map(str::trim)),
        }
    }
}

impl Serialize for Repairs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.is_off() {
            serializer.serialize_str(OFF)
        } else if *self == Self::all() {
            serializer.serialize_str(ALL)
        } else {
            serializer.collect_seq(&self.0)
        }
    }
}

impl<'de> Deserialize<'de> for Repairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Written)
    }
}

/// Reads what a request says of repairs.
struct Written;

impl<'de> Visitor<'de> for Written {
    type Value = Repairs;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("`repair` as \"off\", \"all\" or a list of codes")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Repairs, E> {
        match text {
            OFF | ALL => text.parse().map_err(E::custom),
            _ => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Repairs, A::Error> {
        let mut names: Vec<String> = Vec::new();
        while let Some(name) = list.next_element()? {
            names.push(name);
        }
        Repairs::named(names.iter().map(String::as_str)).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::{REPAIRABLE, Repairs};
    use crate::diagnostic::Code;

    fn read(json: &str) -> Result<Repairs, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn repairs_survive_a_round_trip_in_one_form_each() {
        for (written, canonical) in [
            (r#""off""#, r#""off""#),
            ("[]", r#""off""#),
            (r#""all""#, r#""all""#),
            (
                r#"["use_client","markdown_fence","use_client"]"#,
                r#"["markdown_fence","use_client"]"#,
            ),
        ] {
            let repairs = read(written).unwrap();
            let printed = serde_json::to_string(&repairs).unwrap();
            assert_eq!(printed, canonical);
            assert_eq!(read(&printed), Ok(repairs));
        }
        let listed = serde_json::to_string(REPAIRABLE).unwrap();
        assert_eq!(read(&listed), Ok(Repairs::all()));
        assert!(REPAIRABLE.is_sorted(), "in the order of their declaration");
    }

    #[test]
    fn a_code_that_no_repair_has_is_refused_with_those_that_there_are() {
        for error in [
            read(r#"["use_client","syntax_error"]"#).unwrap_err(),
            "use_client,syntax_error".parse::<Repairs>().unwrap_err(),
        ] {
            assert!(error.contains("\"syntax_error\""), "{error}");
            for code in REPAIRABLE {
                assert!(error.contains(code.as_str()), "{error}");
            }
        }
        for wrong in [r#""some""#, "true", "1", r#"{"a":1}"#, "null", "[1]"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        assert!("".parse::<Repairs>().is_err());
    }

    #[test]
    fn a_command_line_names_all_off_or_codes() {
        assert_eq!("all".parse(), Ok(Repairs::all()));
        assert_eq!("off".parse(), Ok(Repairs::default()));
        let some: Repairs = "use_client, markdown_fence".parse().unwrap();
        assert!(some.has(Code::UseClient) && some.has(Code::MarkdownFence));
        assert!(!some.has(Code::DuplicateExport) && !some.is_off());
    }
}
