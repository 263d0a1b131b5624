//! The table of builds, as JSON, lines and CSV, in pages and by filters.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use vasca_tests::server::{Answer, Client};

use super::service::{Service, broken, good, id_of, occupy, problem, rows, submit};

/// Builds seven components, of which two are broken; gives the ids, the newest first.
#[track_caller]
fn seven(client: &Client) -> Vec<String> {
    let build = |number: usize| {
        let (source, kind) = match number % 3 {
            2 => (broken(number), "broken"),
            _ => (good(number), "good one"),
        };
        let lane = if number == 0 { "batch" } else { "normal" };
        let tags = json!({ "kind": kind, "number": number.to_string() });
        let body = json!({ "source": source, "tags": tags, "lane": lane });
        let answer = client.post("/v1/builds", &[("prefer", "wait=30")], &body);
        id_of(&answer.expect(200).json())
    };
    let mut ids: Vec<_> = (0..7).map(build).collect();
    ids.reverse();
    ids
}

fn ids(rows: &[Value]) -> Vec<String> {
    rows.iter().map(id_of).collect()
}

/// Where a `Link` says that the next page is.
fn next(answer: &Answer) -> Option<String> {
    let link = answer.header("link")?;
    let (address, rest) = link.strip_prefix('<')?.split_once('>')?;
    assert!(rest.contains("rel=\"next\""), "{link}");
    Some(address.to_owned())
}

#[test]
fn pages_follow_each_other_by_their_links_and_keep_the_filter() {
    let service = Service::start();
    let client = service.client();
    let all = seven(&client);
    let mut path = "/v1/records?limit=2&outcome=success".to_owned();
    let mut seen = Vec::new();
    for page in 1..=3 {
        let answer = client.get(&path).expect(200);
        let body = answer.json();
        let items = body["items"].as_array().expect("rows");
        assert!(items.iter().all(|row| row["outcome"] == "success"));
        seen.extend(ids(items));
        match next(&answer) {
            Some(address) => path = address,
            None => {
                assert_eq!((page, &body["next"]), (3, &Value::Null));
                break;
            }
        }
    }
    let wanted = (0..7).rev().filter(|number| number % 3 != 2);
    let wanted: Vec<_> = wanted.map(|number| all[6 - number].clone()).collect();
    assert_eq!(seen, wanted);
}

#[test]
fn rows_are_found_by_their_tags_lane_code_and_time() {
    let service = Service::start();
    let client = service.client();
    let all = seven(&client);
    let found = |filter: &str| ids(&rows(&client, filter, 100));
    assert_eq!(found(""), all);
    assert_eq!(
        found("&tag=kind%3Dbroken"),
        [all[1].clone(), all[4].clone()]
    );
    assert_eq!(found("&tag=kind=good+one").len(), 5);
    assert_eq!(found("&tag=kind=good%20one&tag=number=3"), [all[3].clone()]);
    assert!(found("&tag=kind=good&tag=number=3").is_empty());
    assert_eq!(found("&lane=batch"), [all[6].clone()]);
    assert_eq!(found("&status=failed").len(), 2);
    let code = &rows(&client, "&status=failed", 100)[0]["code"];
    let code = code.as_str().expect("a code");
    assert!(found(&format!("&code={code}")).contains(&all[1]));
    assert_eq!(found("&builder=tsx").len(), 7);
    assert!(found("&builder=other").is_empty());
    assert_eq!(found("&since=2020-01-01T00:00:00Z").len(), 7);
    assert!(found("&until=2020-01-01T00:00:00Z").is_empty());
}

#[test]
fn lines_and_csv_hold_the_rows_that_json_holds() {
    let service = Service::start();
    let client = service.client();
    let all = seven(&client);
    let json = rows(&client, "", 100);
    let ask = |path: &str, accept: &str| {
        let headers = [("accept", accept)];
        let answer = client.try_get(path, &headers).expect("it is answered");
        answer.expect(200)
    };
    for lines in [
        ask("/v1/records", "application/x-ndjson"),
        ask("/v1/records?format=ndjson", "text/csv"),
    ] {
        assert_eq!(lines.header("content-type"), Some("application/x-ndjson"));
        let parsed = lines.text();
        let parsed = parsed.lines().map(serde_json::from_str::<Value>);
        let parsed: Vec<_> = parsed.map(|row| row.expect("JSON")).collect();
        assert_eq!(parsed, json);
    }
    let csv = ask("/v1/records", "text/csv");
    assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8"));
    let text = csv.text();
    let mut lines = text.split("\r\n").filter(|line| !line.is_empty());
    let head: Vec<_> = lines.next().expect("a head").split(',').collect();
    let (id, outcome) = (column(&head, "id"), column(&head, "outcome"));
    let cells: Vec<Vec<_>> = lines.map(|line| line.split(',').collect()).collect();
    assert_eq!(cells.iter().map(|row| row[id]).collect::<Vec<_>>(), all);
    for (row, record) in cells.iter().zip(&json) {
        assert_eq!(row.len(), head.len(), "{row:?}");
        assert_eq!(record["outcome"], row[outcome]);
    }
    let page = ask("/v1/records?limit=3&format=csv", "*/*");
    let address = next(&page).expect("a further page");
    assert!(address.contains("format=csv"), "{address}");
}

fn column(head: &[&str], name: &str) -> usize {
    let place = head.iter().position(|cell| *cell == name);
    place.expect("a column")
}

#[test]
fn a_form_that_is_not_on_offer_is_not_acceptable() {
    let service = Service::start();
    let headers = [("accept", "image/png")];
    let answer = service.client().try_get("/v1/records", &headers);
    let (kind, detail) = problem(&answer.expect("it is answered"), 406);
    assert_eq!(kind, "not_acceptable");
    assert!(detail.contains("text/csv"), "{detail}");
}

#[test]
fn a_query_that_asks_for_nothing_there_is_is_refused_by_name() {
    let service = Service::start();
    let client = service.client();
    for query in [
        "limit=0",
        "limit=1001",
        "limit=many",
        "before=1",
        "since=yesterday",
        "colour=red",
        "tag=kind",
        "format=xml",
        "code=%zz",
        "code=%ff",
    ] {
        let answer = client.get(&format!("/v1/records?{query}"));
        let (kind, detail) = problem(&answer, 400);
        assert_eq!(kind, "invalid_request", "{query}");
        let name = query.split('=').next().unwrap_or_default();
        assert!(
            detail.contains(name) || query.contains('%'),
            "{query}: {detail}"
        );
    }
    let many = vec!["code=syntax_error"; 17].join("&");
    let answer = client.get(&format!("/v1/records?{many}"));
    assert!(problem(&answer, 400).1.contains("16"));
}

#[test]
fn builds_that_have_not_ended_have_rows_that_say_where_they_stand() {
    let service = Service::with_one_slot();
    let client = service.client();
    let running = occupy(&client, 20_000);
    let waiting = submit(&client, &json!({ "source": good(1) }));
    let all = rows(&client, "", 10);
    assert_eq!(ids(&all), [waiting, running]);
    assert_eq!(all[0]["status"], "queued");
    vasca_tests::wait::wait_until("the start is recorded", super::service::SOON, || {
        rows(&client, "", 10)[1]["status"] == "running"
    });
}

#[test]
fn a_row_holds_numbers_names_and_times_and_none_of_the_source() {
    let service = Service::start();
    let client = service.client();
    let _ = seven(&client);
    for row in rows(&client, "", 100) {
        for name in ["queue", "run", "total"] {
            assert!(row["timings_ms"][name].is_number(), "{name} of {row}");
        }
        let keys: BTreeSet<_> = row.as_object().expect("a row").keys().cloned().collect();
        for key in ["boot_id", "request_id", "source_digest", "builder_version"] {
            assert!(keys.contains(key), "{key} of {keys:?}");
        }
        let digest = row["source_digest"].as_str().expect("a digest");
        assert_eq!(digest.len(), 64, "{row}");
        assert!(row["source_bytes"].as_u64() > Some(100), "{row}");
        let text = row.to_string();
        assert!(!text.contains("export default") && !text.contains("<div"));
    }
}
