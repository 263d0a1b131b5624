//! How long an answer is held back: `Prefer: wait=n`, `Prefer: respond-async` (RFC 7240), `?wait=n`.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue};

/// The wait that a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wait {
    /// What it gets.
    pub(super) length: Duration,
    /// What it is told of that.
    applied: Option<Applied>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Applied {
    Wait,
    Async,
}

impl Wait {
    /// What the headers ask for, at most `most`. A preference that cannot be read is none, as the
    /// RFC has it.
    pub(super) fn preferred(headers: &HeaderMap, most: Duration) -> Self {
        let mut wait = Self {
            length: Duration::ZERO,
            applied: None,
        };
        let values = headers.get_all("prefer").iter();
        let texts = values.filter_map(|value| value.to_str().ok());
        for preference in texts.flat_map(|text| text.split([',', ';'])) {
            let (name, value) = preference.split_once('=').unwrap_or((preference, ""));
            match name.trim().to_ascii_lowercase().as_str() {
                "respond-async" => {
                    return Self {
                        length: Duration::ZERO,
                        applied: Some(Applied::Async),
                    };
                }
                "wait" => {
                    if let Ok(seconds) = value.trim().trim_matches('"').parse::<u32>()
                        && wait.applied.is_none()
                    {
                        wait.length = Duration::from_secs(seconds.into()).min(most);
                        wait.applied = Some(Applied::Wait);
                    }
                }
                _ => {}
            }
        }
        wait
    }

    /// Whether the client wants to look for the end itself, however soon that is.
    pub(super) fn is_async(self) -> bool {
        self.applied == Some(Applied::Async)
    }

    /// The value of `Preference-Applied`.
    pub(super) fn header(self) -> Option<HeaderValue> {
        let text = match self.applied? {
            Applied::Async => "respond-async".to_owned(),
            Applied::Wait => format!("wait={}", self.length.as_secs()),
        };
        HeaderValue::from_str(&text).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::Wait;
    use axum::http::{HeaderMap, HeaderValue};
    use std::time::Duration;

    fn wait(texts: &[&'static str]) -> (u64, Option<String>) {
        let mut headers = HeaderMap::new();
        for text in texts {
            headers.append("prefer", HeaderValue::from_static(text));
        }
        let wait = Wait::preferred(&headers, Duration::from_secs(60));
        let header = wait
            .header()
            .map(|value| value.to_str().unwrap().to_owned());
        (wait.length.as_secs(), header)
    }

    #[test]
    fn a_wait_is_clamped_and_said() {
        assert_eq!(wait(&[]), (0, None));
        assert_eq!(wait(&["wait=10"]), (10, Some("wait=10".to_owned())));
        assert_eq!(
            wait(&["Wait = \"7\" ; foo"]),
            (7, Some("wait=7".to_owned()))
        );
        assert_eq!(wait(&["wait=600"]), (60, Some("wait=60".to_owned())));
        assert_eq!(
            wait(&["handling=lenient, wait=3"]),
            (3, Some("wait=3".to_owned()))
        );
        assert_eq!(wait(&["wait=3", "wait=9"]).0, 3);
    }

    #[test]
    fn what_cannot_be_read_is_no_preference_and_async_goes_first() {
        assert_eq!(wait(&["wait=soon"]), (0, None));
        assert_eq!(wait(&["wait=-1"]), (0, None));
        assert_eq!(wait(&["wait=99999999999999999999"]), (0, None));
        assert_eq!(
            wait(&["wait=5, respond-async"]),
            (0, Some("respond-async".to_owned()))
        );
    }
}
