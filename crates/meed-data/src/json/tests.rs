use super::*;
use crate::value::Value;
use proptest::prelude::*;

fn parse(text: &str) -> Result<Value, Syntax> {
    let mut cursor = Cursor::new(text);
    let value = value(&mut cursor, &Pick::all())?;
    cursor.end().map(|()| value)
}

/// The value as serde_json sees it.
fn same(ours: &Value, theirs: &serde_json::Value) -> bool {
    use serde_json::Value as J;
    match (ours, theirs) {
        (Value::Null, J::Null) => true,
        (Value::Bool(a), J::Bool(b)) => a == b,
        // A number beyond f64 is infinite here; serde refuses it, or keeps its digits.
        (Value::Number(a), J::Number(b)) => {
            Some(*a) == b.as_f64() || (a.is_infinite() && b.as_f64().is_none())
        }
        (Value::Text(a), J::String(b)) => **a == **b,
        (Value::Numbers(a), J::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(&crate::value::number(*a), b))
        }
        (Value::List(a), J::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), J::Object(b)) => {
            b.iter().all(|(k, v)| same(ours.get(k), v)) && a.iter().all(|(k, _)| b.contains_key(&**k))
        }
        _ => false,
    }
}

/// Texts near JSON: its tokens in any order, so that every branch of the grammar is met.
fn soup() -> impl Strategy<Value = String> {
    let token = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"a\"",
        "\"\\u00e9\"",
        "\"\\ud83d\\ude00\"",
        "\"\\n\"",
        "\"\\x\"",
        "0",
        "-1",
        "1.5",
        "01",
        "1e9",
        "1.",
        "-",
        "true",
        "null",
        "nul",
        " ",
        "\n",
        "\"é\"",
        "\u{1}",
        "1e400",
        "\"",
        "12345678901234567890",
        "0.1234567890123456789",
        "-0",
    ]);
    prop::collection::vec(token, 0..12).prop_map(|tokens| tokens.concat())
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::{Value as J, json};
    let leaf = prop_oneof![
        Just(J::Null),
        any::<bool>().prop_map(J::from),
        any::<f64>().prop_map(|x| json!(x)),
        any::<i64>().prop_map(J::from),
        ".*".prop_map(J::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(J::from),
            prop::collection::vec((".{0,4}", inner), 0..6).prop_map(|m| J::Object(m.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn what_serde_reads_we_read_alike(value in json()) {
        let text = value.to_string();
        let ours = parse(&text).unwrap();
        prop_assert!(same(&ours, &serde_json::from_str(&text).unwrap()), "{text}: {ours:?}");
    }

    #[test]
    fn what_serde_refuses_we_refuse(text in soup()) {
        let theirs = serde_json::from_str::<serde_json::Value>(&text);
        let ours = parse(&text);
        match (&theirs, &ours) {
            (Ok(theirs), Ok(ours)) => prop_assert!(same(ours, theirs), "{text}"),
            // A number beyond f64 is infinite here and an error there.
            (Err(e), Ok(_)) => prop_assert!(e.to_string().contains("out of range"), "{text}: {e}"),
            (Ok(_), Err(e)) => prop_assert!(false, "{text}: {e:?}"),
            (Err(_), Err(_)) => {}
        }
        // Skipping accepts exactly what decoding accepts.
        let mut cursor = Cursor::new(&text);
        let skipped = cursor.skip().and_then(|()| cursor.end());
        prop_assert_eq!(skipped.is_ok(), ours.is_ok(), "{}", text);
    }

    #[test]
    fn strings_and_numbers_come_back(text in ".*", n in any::<f64>()) {
        let mut out = Vec::new();
        write_string(&mut out, &text);
        let read: String = serde_json::from_slice(&out).unwrap();
        prop_assert_eq!(read, text);
        if n.is_finite() {
            let mut out = Vec::new();
            write_number(&mut out, n);
            let read: f64 = serde_json::from_slice(&out).unwrap();
            prop_assert_eq!(read.to_bits(), n.to_bits());
        }
    }
}

#[test]
fn python_s_numbers_are_read() {
    assert_eq!(parse("NaN"), Ok(Value::Null));
    assert_eq!(parse("-Infinity"), Ok(Value::Number(f64::NEG_INFINITY)));
    let Ok(Value::Numbers(v)) = parse("[1, NaN, Infinity, null]") else { panic!() };
    assert_eq!((v[0], v[1].is_nan(), v[2], v[3].is_nan()), (1.0, true, f64::INFINITY, true));
    assert_eq!(parse(r#""\ud83d""#), Ok(Value::Text("\u{fffd}".into())));
}

#[test]
fn only_what_is_picked_is_decoded() {
    let mut pick = Pick::default();
    let b = pick.key("b");
    pick.keys[b].1.key("c");
    let d = pick.key("d");
    pick.keys[d].1 = Pick { raw: true, ..Pick::default() };
    let mut values = Vec::new();
    row(
        r#"{"a": [1, {"x": "y"}], "b": [{"c": 1, "z": 2}, {}], "d": {"k": [1, 2]}, "e": 1}"#,
        &pick,
        &mut values,
    )
    .unwrap();
    let object = |members: &[(&str, f64)]| {
        Value::Object(members.iter().map(|(k, v)| (Box::from(*k), Value::Number(*v))).collect())
    };
    assert_eq!(values[b], Value::List(vec![object(&[("c", 1.0)]), object(&[])]));
    assert_eq!(values[d], Value::Raw(Box::new((r#"{"k": [1, 2]}"#.into(), Value::Object(vec![])))));
}

#[test]
fn a_deep_nest_is_an_error_and_no_crash() {
    let text = "[".repeat(100_000);
    assert_eq!(parse(&text).unwrap_err().message, "lists and objects are nested deeper than 128");
}
