//! What types are in JSON, where that is not what is derived from them: `serde` and the description say some things
//! differently.

use std::collections::BTreeMap;

use utoipa::openapi::schema::{AnyOfBuilder, SchemaType, Type};
use utoipa::openapi::{OpenApi, RefOr, Schema};

type Schemas = BTreeMap<String, RefOr<Schema>>;

/// How deep one type may stand in another one.
const DEEPEST: usize = 8;

/// Mends every type of the description.
pub(super) fn mend(whole: &mut OpenApi) {
    let Some(components) = &mut whole.components else { return };
    let known = components.schemas.clone();
    for schema in components.schemas.values_mut() {
        if let RefOr::T(schema) = schema {
            one_of_types(schema);
            all_of_types(schema, &known, 0);
        }
    }
}

/// An enum whose variants have no name in JSON: what is sent may well fit more than one of them.
fn one_of_types(schema: &mut Schema) {
    let Schema::OneOf(one) = schema else { return };
    if !one.items.iter().all(|item| matches!(item, RefOr::Ref(_))) {
        return;
    }
    let variants = one.items.iter().cloned().fold(AnyOfBuilder::new(), |any, variant| any.item(variant));
    *schema = Schema::AnyOf(variants.description(one.description.clone()).build());
}

/// A flattened `Option`: its fields are there or not, and there is no `null` in their place.
fn all_of_types(schema: &mut Schema, known: &Schemas, depth: usize) {
    let Schema::AllOf(all) = schema else { return };
    for item in &mut all.items {
        let RefOr::T(Schema::OneOf(one)) = item else { continue };
        let named = one.items.iter().find_map(|item| match item {
            RefOr::Ref(name) => name.ref_location.rsplit('/').next(),
            RefOr::T(_) => None,
        });
        let has_null = one.items.iter().any(|item| {
            let RefOr::T(Schema::Object(object)) = item else { return false };
            object.schema_type == SchemaType::Type(Type::Null)
        });
        let Some(RefOr::T(of)) = named.filter(|_| has_null).and_then(|name| known.get(name)) else { continue };
        let mut of = of.clone();
        if depth < DEEPEST {
            all_of_types(&mut of, known, depth + 1);
        }
        nothing_required(&mut of);
        *item = RefOr::T(of);
    }
}

fn nothing_required(schema: &mut Schema) {
    match schema {
        Schema::Object(object) => object.required.clear(),
        Schema::AllOf(all) => {
            for item in &mut all.items {
                if let RefOr::T(item) = item {
                    nothing_required(item);
                }
            }
        }
        _ => {}
    }
}
