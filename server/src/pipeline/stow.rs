//! Where the bytes of a request or a result lie: in the table, or beside it when they are many.

use crate::artifacts::{Object, Objects};
use crate::lifecycle::BuildId;
use crate::records::sled::BLOB_BYTES_MAX;
use crate::records::store::StoreError;

/// Before bytes that are here.
const HERE: u8 = 0;
/// Instead of bytes that are an object.
const BESIDE: u8 = 1;

/// What the table is to keep for these bytes. Many are an object first, durably.
///
/// # Errors
/// When the object cannot be kept.
pub(super) async fn stow(
    objects: &Objects,
    object: Object<'_>,
    bytes: Vec<u8>,
) -> Result<Vec<u8>, StoreError> {
    if bytes.len() < BLOB_BYTES_MAX {
        let mut kept = vec![HERE];
        kept.extend(bytes);
        return Ok(kept);
    }
    objects.put(object, bytes).await?;
    Ok(vec![BESIDE])
}

/// The bytes again.
///
/// # Errors
/// When they cannot be read, or are not what `stow` keeps.
pub(super) async fn unstow(
    objects: &Objects,
    object: Object<'_>,
    kept: &[u8],
) -> Result<Vec<u8>, StoreError> {
    match kept.split_first() {
        Some((&HERE, bytes)) => Ok(bytes.to_vec()),
        Some((&BESIDE, [])) => objects
            .get(object)
            .await?
            .ok_or_else(|| StoreError::Corrupt {
                what: format!("{object:?} is missing"),
            }),
        _ => Err(StoreError::Corrupt {
            what: format!("{object:?} is kept in an unknown form"),
        }),
    }
}

/// Whether the bytes lie beside the table.
pub(super) fn is_beside(kept: &[u8]) -> bool {
    kept == [BESIDE]
}

/// A request that has done its service, or was never accepted; one that lies beside the table does not
/// go with a commit. A failure is logged: it costs room, until the next start, and nobody an answer.
pub(super) async fn forget_request(objects: &Objects, id: BuildId, is_beside: bool) {
    if is_beside && let Err(error) = objects.delete(Object::Request(id)).await {
        tracing::warn!(build = %id, %error, "a request was not forgotten");
    }
}

#[cfg(test)]
mod tests {
    use super::{stow, unstow};
    use crate::artifacts::{Object, Objects};
    use crate::lifecycle::BuildIds;
    use crate::records::sled::BLOB_BYTES_MAX;

    #[tokio::test]
    async fn bytes_come_back_from_where_their_number_put_them() {
        let objects = Objects::memory();
        for (length, beside) in [
            (0, false),
            (BLOB_BYTES_MAX - 1, false),
            (BLOB_BYTES_MAX, true),
        ] {
            let object = Object::Request(BuildIds::after(None).next());
            let bytes = vec![7; length];
            let kept = stow(&objects, object, bytes.clone()).await.unwrap();
            assert!(kept.len() <= BLOB_BYTES_MAX);
            assert_eq!(super::is_beside(&kept), beside);
            assert_eq!(unstow(&objects, object, &kept).await, Ok(bytes));
        }
    }

    #[tokio::test]
    async fn what_is_missing_or_nonsense_is_an_error() {
        let objects = Objects::memory();
        let object = Object::Result(BuildIds::after(None).next());
        for kept in [&[][..], &[1], &[1, 2], &[9]] {
            assert!(unstow(&objects, object, kept).await.is_err(), "{kept:?}");
        }
    }
}
