//! Keys and values of the stored trees, which are the schema: their order answers the queries.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::lifecycle::BuildId;
use crate::records::record::Field;
use crate::records::store::StoreError;

/// The version of everything in this file. A store of an older one is read, of a newer refused.
pub(super) const SCHEMA_VERSION: u32 = 1;

/// Marks a value's form, so that a later release can tell it from its own.
const FORM: u8 = 1;

/// Rows of builds in the tree `metrics`.
const BUILDS: &[u8] = b"b/";
/// Points in the tree `metrics`.
const POINTS: &[u8] = b"m/";

/// The key of a build's row: by the moment of its acceptance.
pub(super) fn build(id: BuildId) -> Vec<u8> {
    [BUILDS, &id.to_bytes()].concat()
}

/// The key before all rows.
pub(super) fn first_build() -> Vec<u8> {
    BUILDS.to_vec()
}

/// The key after all rows.
pub(super) fn after_builds() -> Vec<u8> {
    after(BUILDS)
}

/// What all points of a name begin with. A name holds no control character, so no name is the
/// beginning of another one's keys.
pub(super) fn points_of(name: &str) -> Vec<u8> {
    [POINTS, name.as_bytes(), &[0]].concat()
}

/// The key of a point.
pub(super) fn point(name: &str, id: BuildId) -> Vec<u8> {
    [points_of(name).as_slice(), &id.to_bytes()].concat()
}

/// What all index entries of a value begin with. The value's length stands before it, so that none
/// is the beginning of another.
pub(super) fn index_of(field: Field, value: &str) -> Vec<u8> {
    let name: &[u8] = match field {
        Field::Status => b"s",
        Field::Outcome => b"o",
        Field::Code => b"c",
        Field::Lane => b"l",
        Field::Builder => b"b",
        Field::Tag => b"t",
    };
    let length = u16::try_from(value.len()).unwrap_or(u16::MAX).to_be_bytes();
    [name, &length, value.as_bytes()].concat()
}

/// An index entry.
pub(super) fn index(field: Field, value: &str, id: BuildId) -> Vec<u8> {
    [index_of(field, value).as_slice(), &id.to_bytes()].concat()
}

/// The id that a key ends with.
pub(super) fn id_at_end(key: &[u8]) -> Option<BuildId> {
    key.last_chunk().copied().map(BuildId::from_bytes)
}

/// The first key after all that begin with `prefix`, whose last byte is not the largest.
pub(super) fn after(prefix: &[u8]) -> Vec<u8> {
    let mut end = prefix.to_vec();
    if let Some(last) = end.last_mut() {
        *last = last.saturating_add(1);
    }
    end
}

/// A value's bytes.
pub(super) fn encode(value: &impl Serialize) -> Result<Vec<u8>, StoreError> {
    let mut bytes = vec![FORM];
    postcard::to_io(value, &mut bytes)
        .map(|_| ())
        .map_err(|error| StoreError::Corrupt {
            what: format!("a value cannot be encoded: {error}"),
        })?;
    Ok(bytes)
}

/// A value from its bytes.
pub(super) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, StoreError> {
    let unreadable = |what: String| StoreError::Corrupt { what };
    match bytes.split_first() {
        Some((&FORM, rest)) => postcard::from_bytes(rest)
            .map_err(|error| unreadable(format!("a value cannot be decoded: {error}"))),
        Some((form, _)) => Err(unreadable(format!("a value has the unknown form {form}"))),
        None => Err(unreadable("a value is empty".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::{after, build, decode, encode, id_at_end, index, index_of, point, points_of};
    use crate::lifecycle::BuildIds;
    use crate::records::record::Field;

    #[test]
    fn keys_keep_the_order_of_the_ids_and_give_them_back() {
        let ids = BuildIds::after(None);
        let (first, second) = (ids.next(), ids.next());
        assert!(build(first) < build(second));
        assert_eq!(id_at_end(&build(first)), Some(first));
        assert_eq!(id_at_end(&index(Field::Code, "x", second)), Some(second));
    }

    #[test]
    fn no_name_or_value_meets_the_keys_of_another() {
        let id = BuildIds::after(None).next();
        assert!(!point("ab", id).starts_with(&points_of("a")));
        assert!(!index(Field::Tag, "a=bc", id).starts_with(&index_of(Field::Tag, "a=b")));
        assert!(!index(Field::Lane, "x", id).starts_with(&index_of(Field::Code, "x")));
        assert!(point("a", id) < after(&points_of("a")));
    }

    #[test]
    fn a_value_comes_back_and_rubbish_is_an_error() {
        let value = ("text".to_owned(), 7_u32);
        assert_eq!(decode::<(String, u32)>(&encode(&value).unwrap()), Ok(value));
        for rubbish in [&[][..], &[9, 1, 2], &[1, 255, 255, 255]] {
            assert!(decode::<(String, u32)>(rubbish).is_err());
        }
    }
}
