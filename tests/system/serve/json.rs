//! Bodies that are no JSON, or that some readers of JSON would read otherwise: a bad request, and
//! nothing panics.

use vasca_tests::server::Answer;

use super::service::{Service, problem_of};

/// A name, and bytes that claim to be a submission.
type Case = (&'static str, Vec<u8>);

#[track_caller]
fn post(service: &Service, body: &[u8]) -> Answer {
    let answer = service.client().try_post("/v1/builds", &[], body);
    answer.expect("it is answered")
}

/// Each is refused with one of these statuses, and nothing is accepted.
#[track_caller]
fn refused(cases: Vec<Case>, statuses: &[u16]) {
    let service = Service::start();
    for (name, body) in cases {
        let answer = post(&service, &body);
        assert!(
            statuses.contains(&answer.status),
            "{name}: {}",
            answer.text()
        );
        let (_, detail) = problem_of(name, &answer, answer.status);
        assert!(detail.len() < 2000, "{name} is repeated in the answer");
    }
    let accepted = "vasca_submissions_total{result=\"accepted\"}";
    assert_eq!(service.client().metric(accepted), 0.0);
    service.assert_sound();
}

/// A submission with this text behind its source.
fn with(text: &str) -> Vec<u8> {
    format!("{{\"source\":\"export default () => null\"{text}}}").into_bytes()
}

/// A submission whose source is this.
fn with_source(text: &str) -> Vec<u8> {
    format!("{{\"source\":{text}}}").into_bytes()
}

fn nested(open: &str, close: &str, count: usize) -> String {
    open.repeat(count) + "1" + &close.repeat(count)
}

#[test]
fn json_that_is_nested_too_deep_is_a_bad_request() {
    refused(
        vec![
            ("lists, open", "[".repeat(1_000_000).into_bytes()),
            ("lists", nested("[", "]", 100_000).into_bytes()),
            (
                "options, open",
                with(&format!(",\"options\":{}", "[".repeat(100_000))),
            ),
        ],
        &[400],
    );
}

#[test]
fn nesting_where_a_text_belongs_is_refused_at_its_first_bracket() {
    refused(
        vec![
            ("a source of lists", with_source(&nested("[", "]", 100_000))),
            (
                "a source of objects",
                with_source(&nested("{\"source\":", "}", 100_000)),
            ),
            ("a source, open", with_source(&"[".repeat(100_000))),
            (
                "tags",
                with(&format!(",\"tags\":{}", nested("{\"a\":", "}", 100_000))),
            ),
            (
                "an unknown key",
                nested("{\"a\":", "}", 100_000).into_bytes(),
            ),
        ],
        &[400, 422],
    );
}

#[test]
fn keys_that_stand_twice_are_a_bad_request() {
    refused(
        vec![
            ("source", with(",\"source\":\"x\"")),
            ("source, escaped", with(",\"s\\u006furce\":\"x\"")),
            ("tags", with(",\"tags\":{},\"tags\":{}")),
            ("a tag", with(",\"tags\":{\"a\":\"1\",\"a\":\"2\"}")),
            (
                "a tag, escaped",
                with(",\"tags\":{\"a\":\"1\",\"\\u0061\":\"2\"}"),
            ),
            ("timeout_ms", with(",\"timeout_ms\":1,\"timeout_ms\":2")),
            ("options", with(",\"options\":{},\"options\":{}")),
            (
                "a file",
                b"{\"files\":{\"a.tsx\":\"\",\"a.tsx\":\"x\"},\"entry\":\"a.tsx\"}".to_vec(),
            ),
        ],
        &[400],
    );
}

#[test]
fn numbers_beyond_all_bounds_are_a_bad_request() {
    let digits = "9".repeat(100_000);
    refused(
        vec![
            ("1e999", with(",\"timeout_ms\":1e999")),
            ("-1e999", with(",\"timeout_ms\":-1e999")),
            ("many digits", with(&format!(",\"timeout_ms\":{digits}"))),
            ("an exponent", with(&format!(",\"timeout_ms\":1e{digits}"))),
            ("NaN", with(",\"timeout_ms\":NaN")),
            ("hexadecimal", with(",\"timeout_ms\":0x10")),
            ("a zero first", with(",\"timeout_ms\":010")),
        ],
        &[400],
    );
}

#[test]
fn numbers_that_are_no_length_of_time_are_refused() {
    refused(
        vec![
            (
                "beyond 64 bits",
                with(",\"timeout_ms\":18446744073709551616"),
            ),
            ("negative", with(",\"timeout_ms\":-1")),
            ("a fraction", with(",\"timeout_ms\":1.5")),
            ("a text", with(",\"timeout_ms\":\"10\"")),
            ("nothing", with(",\"timeout_ms\":0")),
            ("expires, beyond 64 bits", with(",\"expires_in_ms\":1e30")),
        ],
        &[400, 422],
    );
}

#[test]
fn text_that_is_no_utf8_or_holds_what_json_may_not_is_a_bad_request() {
    let source = |bytes: &[u8]| [b"{\"source\":\"", bytes, b"\"}"].concat();
    refused(
        vec![
            ("a lone byte", source(b"\xff")),
            ("an overlong slash", source(b"\xc0\xaf")),
            ("a surrogate in UTF-8", source(b"\xed\xa0\x80")),
            ("a cut character", source(b"\xe2\x82")),
            ("a lone surrogate", source(b"\\ud800")),
            ("surrogates the wrong way round", source(b"\\udc00\\ud800")),
            ("NUL", source(b"a\0b")),
            ("a line break", source(b"a\nb")),
            ("NUL behind it", [&source(b"")[..], b"\0"].concat()),
            (
                "a byte order mark",
                [b"\xef\xbb\xbf", &source(b"")[..]].concat(),
            ),
            (
                "UTF-16",
                "{\"source\":\"\"}"
                    .encode_utf16()
                    .flat_map(u16::to_le_bytes)
                    .collect(),
            ),
            ("nothing", Vec::new()),
            ("spaces", vec![b' '; 1000]),
            ("a list", b"[\"export default () => null\"]".to_vec()),
            ("a text", b"\"export default () => null\"".to_vec()),
            ("null", b"null".to_vec()),
            ("a comment", b"{\"source\":\"\"/* */}".to_vec()),
            ("a comma too many", b"{\"source\":\"\",}".to_vec()),
            ("two", b"{\"source\":\"\"}{\"source\":\"\"}".to_vec()),
        ],
        &[400],
    );
}

#[test]
fn hostile_options_are_refused_whatever_is_wrong_with_them() {
    let options = |text: &str| with(&format!(",\"options\":{text}"));
    refused(
        vec![
            ("deep", options(&nested("[", "]", 100_000))),
            (
                "deep, within the limit on bytes",
                options(&nested("[", "]", 30_000)),
            ),
            ("deep objects", options(&nested("{\"a\":", "}", 8_000))),
            (
                "deep in a key",
                options(&format!("{{\"external\":{}}}", nested("[", "]", 20_000))),
            ),
            ("twice", options("{\"minify\":true,\"minify\":false}")),
            ("a huge number", options("{\"minify\":1e999}")),
            ("a lone surrogate", options("{\"target\":\"\\ud800\"}")),
            (
                "large",
                options(&format!("{{\"target\":\"{}\"}}", "x".repeat(100_000))),
            ),
            (
                "many externals",
                options(&format!(
                    "{{\"external\":[{}\"a\"]}}",
                    "\"a\",".repeat(10_000)
                )),
            ),
        ],
        &[400, 413, 422],
    );
}

#[test]
fn an_escaped_nul_is_json_and_the_compilers_to_judge() {
    let service = Service::start();
    let body = b"{\"source\":\"export default () => '\\u0000';\"}";
    let headers = [("prefer", "wait=30")];
    let answer = service.client().try_post("/v1/builds", &headers, body);
    let build = answer.expect("it is answered").expect(200).json();
    let outcome = build["outcome"].as_str().expect("an outcome");
    assert!(["success", "user_error"].contains(&outcome), "{build}");
    service.assert_sound();
}
