//! Photoshop's image resources, in which IPTC-IIM is wrapped.

use crate::media::bytes::Order;

use super::found::Parts;

const IIM: u16 = 0x0404;
const IIM_DIGEST: u16 = 0x0425;

/// Take what is of use out of a block of resources.
pub(super) fn take(block: &[u8], parts: &mut Parts) {
    let mut rest = block;
    // Ends: each round goes past a resource of twelve bytes or more.
    while let Some(after) = rest.strip_prefix(b"8BIM") {
        let Some((id, data, left)) = resource(after) else { return };
        match id {
            IIM if parts.iim.is_empty() => data.clone_into(&mut parts.iim),
            IIM_DIGEST => parts.iim_digest = data.first_chunk::<16>().copied(),
            _ => {}
        }
        rest = left;
    }
}

/// The number and the data of a resource, and what follows it: a name and the data, each filled up to an even length.
fn resource(after: &[u8]) -> Option<(u16, &[u8], &[u8])> {
    let id = Order::Big.u16(after, 0)?;
    let name = usize::from(*after.get(2)?).saturating_add(1).next_multiple_of(2);
    let at = name.saturating_add(2);
    let length = usize::try_from(Order::Big.u32(after, at)?).ok()?;
    let from = at.saturating_add(4);
    let end = from.checked_add(length)?;
    let data = after.get(from..end)?;
    Some((id, data, after.get(end.next_multiple_of(2)..).unwrap_or_default()))
}
