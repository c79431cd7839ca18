//! The contract is the judge: whatever a request has that its schema does not allow is refused, and the place of it is named.
//!
//! Each operation is sent the request that it is for, with one thing in it made wrong: every property and parameter of its schemas, in every way in which
//! their keywords can be broken.

use std::collections::BTreeSet;

use actix_web::http::Method;
use serde_json::{Map, Value, json};

use crate::{ignored::requests, support::contract::contract};

/// Where a value stands in a request.
type Place = Vec<String>;

/// A request that is wrong, at the place where it is.
struct Violation {
    place: Place,
    how: String,
    sent: Value,
}

/// The ways in which a request may be wrong, by what its schema says.
struct Violations<'s> {
    schemas: &'s Map<String, Value>,
    request: Value,
    all: Vec<Violation>,
}

impl<'s> Violations<'s> {
    fn resolved<'v>(&self, schema: &'v Value) -> &'v Value
    where
        's: 'v,
    {
        schema["$ref"].as_str().map_or(schema, |place| &self.schemas[place.rsplit('/').next().unwrap()])
    }

    /// What a place may hold: the choices of its schema, and those among them.
    fn ways<'v>(&self, schema: &'v Value) -> Vec<&'v Value>
    where
        's: 'v,
    {
        let schema = self.resolved(schema);
        match schema["oneOf"].as_array() {
            Some(ways) => ways.iter().flat_map(|way| self.ways(way)).collect(),
            None => vec![schema],
        }
    }

    /// Something that a schema allows.
    fn sample(&self, schema: &Value) -> Value {
        let schema = self.ways(schema)[0];
        let example =
            [&schema["example"], &schema["examples"][0], &schema["default"], &schema["enum"][0]].into_iter().find(|one| !one.is_null());
        if let Some(example) = example {
            return example.clone();
        }
        match kinds(schema).iter().find(|kind| **kind != "null").copied() {
            Some("object") => {
                let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
                required.map(|name| (name.to_owned(), self.sample(&schema["properties"][name]))).collect::<Map<_, _>>().into()
            }
            Some("array") => {
                let least = usize::try_from(schema["minItems"].as_u64().unwrap_or(0)).unwrap();
                (0..least).map(|_| self.sample(&schema["items"])).collect()
            }
            Some("boolean") => json!(true),
            Some("integer" | "number") => schema["minimum"].as_i64().map_or(json!(1), |least| json!(least)),
            _ => match schema["format"].as_str() {
                Some("uuid") => json!("0198c5a1-7f00-7000-8000-00000000000f"),
                Some("date-time") => json!("2099-01-01T00:00:00Z"),
                Some("email") => json!("a@example.org"),
                _ => json!("x".repeat(usize::try_from(schema["minLength"].as_u64().unwrap_or(1)).unwrap().max(1))),
            },
        }
    }

    /// The request with another value at a place, where what is above it is made when it is not there.
    fn with(&self, place: &[String], value: Value) -> Value {
        let mut sent = self.request.clone();
        let mut at = &mut sent;
        for step in place {
            if at.is_array() {
                at = at.get_mut(step.parse::<usize>().unwrap()).unwrap();
            } else {
                if !at.is_object() {
                    *at = json!({});
                }
                at = at.as_object_mut().unwrap().entry(step.clone()).or_insert(Value::Null);
            }
        }
        *at = value;
        sent
    }

    fn add(&mut self, place: &[String], how: impl Into<String>, value: Value) {
        let sent = self.with(place, value);
        self.all.push(Violation { place: place.to_vec(), how: how.into(), sent });
    }

    /// Everything that may be wrong at a place and within it.
    fn at(&mut self, schema: &Value, place: &[String], seen: &mut BTreeSet<String>) {
        let ways: Vec<Value> = self.ways(schema).into_iter().cloned().collect();
        let taken: BTreeSet<&str> = ways.iter().flat_map(kinds).collect();
        let others = [
            ("null", json!(null)),
            ("boolean", json!(true)),
            ("integer", json!(-7)),
            ("string", json!("\u{7}x")),
            ("array", json!([])),
            ("object", json!({})),
        ];
        for (kind, other) in others {
            let is_taken = taken.contains(kind) || (kind == "integer" && taken.contains("number"));
            if !is_taken && !taken.is_empty() {
                self.add(place, format!("{kind} in its place"), other);
            }
        }
        for way in &ways {
            self.of_kind(way, place, seen);
        }
    }

    fn of_kind(&mut self, schema: &Value, place: &[String], seen: &mut BTreeSet<String>) {
        let least = |keyword: &str| schema[keyword].as_u64().and_then(|n| usize::try_from(n).ok());
        if let Some(most) = least("maxLength") {
            self.add(place, "too long", json!("x".repeat(most + 1)));
        }
        if least("minLength").is_some_and(|least| least > 0) {
            self.add(place, "too short", json!(""));
        }
        if schema["enum"].is_array() && kinds(schema).contains(&"string") {
            self.add(place, "an unknown word", json!("no-such-word"));
        }
        if matches!(schema["format"].as_str(), Some("uuid" | "date-time" | "email")) {
            self.add(place, "of no form", json!("no such form"));
        }
        if let Some(most) = schema["maximum"].as_i64() {
            self.add(place, "too much", json!(most + 1));
        }
        if let Some(least) = schema["minimum"].as_i64() {
            self.add(place, "too little", json!(least - 1));
        }
        // A whole body is not made, only to be too long: that there is a limit holds for any.
        if let Some(most) = least("maxItems").filter(|most| *most <= 1000) {
            let item = self.sample(&schema["items"]);
            self.add(place, "too many", vec![item; most + 1].into());
        }
        if let Some(few) = least("minItems").filter(|few| *few > 0) {
            let item = self.sample(&schema["items"]);
            self.add(place, "too few", vec![item; few - 1].into());
        }
        if kinds(schema).contains(&"object") {
            self.of_object(schema, place, seen);
        }
        if schema["items"].is_object() && place.len() < 6 {
            let sample = json!([self.sample(&schema["items"])]);
            let within = [place, &["0".to_owned()]].concat();
            self.under(place, sample, |violations| violations.at(&schema["items"], &within, seen));
        }
    }

    fn of_object(&mut self, schema: &Value, place: &[String], seen: &mut BTreeSet<String>) {
        // One object is tried once in a request, wherever it stands.
        if !seen.insert(schema.to_string()) {
            return;
        }
        let there = self.request.pointer(&pointer(place)).filter(|there| there.is_object() && self.is_of(there, schema)).cloned();
        let there = there.unwrap_or_else(|| self.sample(schema));
        let object = there.as_object().unwrap();
        let with = |name: &str, value: Option<Value>| {
            let mut other = object.clone();
            match value {
                Some(value) => _ = other.insert(name.to_owned(), value),
                None => _ = other.remove(name),
            }
            self.with(place, other.into())
        };
        let (mut unknown, mut missing) = (None, Vec::new());
        if schema["additionalProperties"] == json!(false) {
            unknown = Some(with("no_such_field", Some(json!(1))));
        }
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            missing.push((name.to_owned(), with(name, None)));
        }
        self.all.extend(unknown.map(|sent| Violation {
            place: [place, &["no_such_field".to_owned()]].concat(),
            how: "unknown".to_owned(),
            sent,
        }));
        self.all.extend(missing.into_iter().map(|(name, sent)| Violation {
            place: [place, &[name]].concat(),
            how: "missing".to_owned(),
            sent,
        }));
        self.under(place, there.clone(), |violations| {
            for (name, property) in schema["properties"].as_object().into_iter().flatten() {
                violations.at(property, &[place, std::slice::from_ref(name)].concat(), seen);
            }
            if schema["additionalProperties"].is_object() {
                let name = if schema["propertyNames"]["maxLength"] == 35 { "en" } else { "reported_by" };
                violations.at(&schema["additionalProperties"], &[place, &[name.to_owned()]].concat(), seen);
                if let Some(most) = schema["propertyNames"]["maxLength"].as_u64() {
                    let name = "x".repeat(usize::try_from(most).unwrap() + 1);
                    let sample = violations.sample(&schema["additionalProperties"]);
                    violations.add(&[place, &[name]].concat(), "a name that is too long", sample);
                }
            }
        });
    }

    /// Go on within a place that holds a value, and take that out again.
    fn under(&mut self, place: &[String], value: Value, then: impl FnOnce(&mut Self)) {
        let with = self.with(place, value);
        let before = std::mem::replace(&mut self.request, with);
        then(self);
        self.request = before;
    }

    /// Whether what is there is of this kind, where several are told apart by a word.
    fn is_of(&self, there: &Value, schema: &Value) -> bool {
        let properties = schema["properties"].as_object().into_iter().flatten();
        properties.into_iter().all(|(name, property)| {
            let words = self.resolved(property)["enum"].as_array();
            there.get(name).is_none_or(|word| words.is_none_or(|words| words.contains(word)))
        })
    }
}

fn kinds(schema: &Value) -> Vec<&str> {
    match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// Whether one of two places stands within the other. In the whole request stands everything, so that it names nothing but itself.
fn is_along(told: &str, place: &str) -> bool {
    let within = |inner: &str, outer: &str| inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    if told == "#" { place == "#" } else { within(told, place) || within(place, told) }
}

/// The field of the request that a place is in.
fn field(place: &str) -> &str {
    place.split('/').nth(1).unwrap_or_default()
}

fn pointer(place: &[String]) -> String {
    place.iter().map(|step| format!("/{}", step.replace('~', "~0").replace('/', "~1"))).collect()
}

both! {
    async fn every_way_in_which_a_body_can_break_its_schema_is_refused_and_named(app) {
        let admin = app.admin().await;
        let (contract, requests) = (contract(), requests(&app, &admin).await);
        let schemas = contract["components"]["schemas"].as_object().unwrap();
        let (mut wrong, mut tried) = (Vec::new(), 0);
        for (name, (method, path, etag, body)) in &requests {
            let (_, at) = name.split_once(' ').unwrap();
            let content = &contract["paths"][at][method.as_str().to_lowercase()]["requestBody"]["content"];
            let Some((kind, content)) = content.as_object().and_then(|content| content.iter().find(|(kind, _)| kind.ends_with("json"))) else { continue };
            let request = body.as_ref().and_then(|body| serde_json::from_slice(body).ok()).unwrap_or_else(|| json!({}));
            let mut violations = Violations { schemas, request, all: Vec::new() };
            // Of an operation that is not carried out here the request is made.
            if violations.request == json!({}) && !violations.ways(&content["schema"])[0]["required"].is_null() {
                violations.request = violations.sample(&content["schema"]);
            }
            violations.at(&content["schema"], &[], &mut BTreeSet::new());
            for mut violation in violations.all {
                if violation.sent["operations"].is_array() && violation.sent["atomic"].is_boolean() {
                    violation.sent["atomic"] = json!(true);
                }
                // So written it is not judged when it is taken, which is told here.
                let kind = format!("{kind}; charset=utf-8");
                let headers = [("content-type", kind.as_str()), ("if-match", etag.as_str())];
                // What is taken all the same is not to change what the next is tried on.
                let path = if path.starts_with("/v1/desk/") { format!("{path}?validate_only=true") } else { path.clone() };
                let answer = admin.send(method.clone(), &path, &headers, Some(violation.sent.to_string().into_bytes())).await;
                let place = format!("#{}", pointer(&violation.place));
                // Named is the place, what it stands in, or what stands in it; and nothing of another field of the request.
                let told = answer.violations();
                let named = told.iter().any(|(told, _)| is_along(told, &place)) && told.iter().all(|(told, _)| field(told) == field(&place));
                tried += 1;
                // Of a document, `null` stands for what is absent, as editors write it.
                if violation.how.starts_with("null") && place.contains("/content") {
                    continue;
                }
                // Each operation of a bulk is answered for itself, by what answers it alone; and whoever cannot sign in is told no more.
                let is_elsewhere = place.starts_with("#/operations/0/") || (path.starts_with("/v1/auth/") && answer.status == 401);
                let named = named || (is_elsewhere && !(200..300).contains(&answer.status));
                if !matches!(answer.status, 400 | 401 | 404 | 422 | 428) || !named {
                    wrong.push(format!("{name} {place} {}: {} {}", violation.how, answer.status, answer.text.chars().take(300).collect::<String>()));
                }
            }
        }
        assert!(wrong.is_empty(), "{} of {tried}:\n{}", wrong.len(), wrong.join("\n"));
        assert!(tried > 1000, "{tried}");
    }

    async fn every_way_in_which_a_parameter_can_break_its_schema_is_refused_and_named(app) {
        let admin = app.admin().await;
        let (contract, requests) = (contract(), requests(&app, &admin).await);
        let schemas = contract["components"]["schemas"].as_object().unwrap();
        let (mut wrong, mut tried) = (Vec::new(), 0);
        for (name, (method, path, etag, body)) in &requests {
            let (_, at) = name.split_once(' ').unwrap();
            let operation = &contract["paths"][at][method.as_str().to_lowercase()];
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            for parameter in parameters.filter(|parameter| parameter["in"] == "query") {
                let mut violations = Violations { schemas, request: Value::Null, all: Vec::new() };
                violations.at(&parameter["schema"], &[], &mut BTreeSet::new());
                for violation in violations.all {
                    let said = match &violation.sent {
                        Value::String(word) => word.clone(),
                        // All that is in a query is text; what is a number or a word of a list is wrong as such.
                        Value::Array(words) if !words.is_empty() => words.iter().map(|word| word.as_str().map_or_else(|| word.to_string(), str::to_owned)).collect::<Vec<_>>().join(","),
                        Value::Number(number) if violation.how.starts_with("too") => number.to_string(),
                        _ => continue,
                    };
                    let takes_text = violations_of_text(&parameter["schema"], schemas);
                    if takes_text && violation.how.ends_with("in its place") {
                        continue;
                    }
                    let parameter = parameter["name"].as_str().unwrap();
                    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair(parameter, &said).finish();
                    let headers = [("content-type", "application/json"), ("if-match", etag.as_str())];
                    let answer = admin.send(Method::from_bytes(method.as_str().as_bytes()).unwrap(), &format!("{path}?{query}"), &headers, body.clone()).await;
                    let named = answer.violations().iter().any(|(told, _)| *told == format!("?{parameter}"));
                    tried += 1;
                    if !matches!(answer.status, 400 | 422) || !named {
                        wrong.push(format!("{name} ?{parameter} {}: {} {}", violation.how, answer.status, answer.text.chars().take(300).collect::<String>()));
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{} of {tried}:\n{}", wrong.len(), wrong.join("\n"));
        assert!(tried > 200, "{tried}");
    }
}

/// Whether any text may be said, so that none is of the wrong kind.
fn violations_of_text(schema: &Value, schemas: &Map<String, Value>) -> bool {
    let violations = Violations { schemas, request: Value::Null, all: Vec::new() };
    violations.ways(schema).iter().any(|way| {
        kinds(way).contains(&"string") || (kinds(way).contains(&"array") && kinds(violations.ways(&way["items"])[0]).contains(&"string"))
    })
}
