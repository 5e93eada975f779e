//! The list of a router's interfaces: what is as in the list before costs a few bytes for a whole stretch.

use std::sync::Arc;

use lalin_stats::{Identity, Interface};

use super::bytes::{Malformed, Reader, Writer};

/// More than any router has.
pub(super) const MOST_LINES: usize = 200_000;

type List<'a> = (&'a [Arc<Interface>], &'a [Identity]);
/// A list, and where each of its lines was in the list before.
pub(super) type Read = (Arc<[Arc<Interface>]>, Arc<[Identity]>, Vec<Option<usize>>);

/// Where each line of a list was in the list before, if it is there unchanged. Nearly all are where they were, or a few
/// places off.
pub(super) fn places(now: List<'_>, before: List<'_>) -> Vec<Option<usize>> {
    let mut next = 0;
    let mut index = None;
    let same = |at: usize, to: usize| {
        before.0.get(at).is_some_and(|old| *old == now.0[to]) && before.1.get(at) == now.1.get(to)
    };
    let place = |to: usize| {
        let found = if same(next, to) {
            Some(next)
        } else {
            let index = index.get_or_insert_with(|| {
                let lines = before.1.iter().enumerate().map(|(at, identity)| (identity.line, at));
                lines.collect::<std::collections::HashMap<_, _>>()
            });
            now.1.get(to).and_then(|identity| index.get(&identity.line).copied()).filter(|at| same(*at, to))
        };
        next = found.map_or(next, |at| at + 1);
        found
    };
    (0..now.0.len()).map(place).collect()
}

/// Writes a list as what it takes from the one before, and what is new.
pub(super) fn write(writer: &mut Writer, now: List<'_>, places: &[Option<usize>]) {
    writer.number(now.0.len() as u64);
    let mut at = 0;
    while let Some(place) = places.get(at) {
        match place {
            Some(from) => {
                let run =
                    places[at..].iter().enumerate().take_while(|(off, place)| **place == Some(from + off)).count();
                writer.number(run as u64);
                writer.number(*from as u64);
                at += run;
            }
            None => {
                writer.number(0);
                line(writer, &now.0[at], &now.1[at]);
                at += 1;
            }
        }
    }
}

/// Reads a list that may take from the one before.
pub(super) fn read(reader: &mut Reader<'_>, before: List<'_>) -> Result<Read, Malformed> {
    let count = usize::try_from(reader.number()?).map_err(|_| Malformed)?;
    if count > MOST_LINES {
        return Err(Malformed);
    }
    let (mut interfaces, mut identities, mut places) = (Vec::new(), Vec::new(), Vec::new());
    while interfaces.len() < count {
        let run = usize::try_from(reader.number()?).map_err(|_| Malformed)?;
        if run == 0 {
            let (interface, identity) = read_line(reader)?;
            interfaces.push(Arc::new(interface));
            identities.push(identity);
            places.push(None);
            continue;
        }
        let from = usize::try_from(reader.number()?).map_err(|_| Malformed)?;
        let until = from.checked_add(run).filter(|_| run <= count - interfaces.len()).ok_or(Malformed)?;
        interfaces.extend_from_slice(before.0.get(from..until).ok_or(Malformed)?);
        identities.extend_from_slice(before.1.get(from..until).ok_or(Malformed)?);
        places.extend((from..until).map(Some));
    }
    Ok((interfaces.into(), identities.into(), places))
}

const FLAGS: usize = 4;

/// One line, with all that is known of it.
pub(super) fn line(writer: &mut Writer, interface: &Interface, identity: &Identity) {
    let Interface { id, name, kind, comment, default_name, mtu, actual_mtu, l2_mtu, mac_address, .. } = interface;
    let flags = [interface.running, interface.disabled, interface.dynamic, interface.slave];
    writer.byte(flags.iter().enumerate().fold(0, |bits, (at, flag)| bits | u8::from(*flag) << at));
    writer.number(identity.line);
    writer.maybe_text((identity.key != *name).then_some(&identity.key));
    for text in [id.as_str(), name, kind] {
        writer.text(text);
    }
    for text in [comment, default_name, mtu, mac_address, &interface.last_link_up] {
        writer.maybe_text(text.as_deref());
    }
    for number in [actual_mtu, l2_mtu] {
        writer.maybe(number.map(u64::from));
    }
    for number in [interface.link_downs, interface.link_bps] {
        writer.maybe(number);
    }
}

pub(super) fn read_line(reader: &mut Reader<'_>) -> Result<(Interface, Identity), Malformed> {
    let bits = reader.byte()?;
    if bits >> FLAGS != 0 {
        return Err(Malformed);
    }
    let line = reader.number()?;
    let key = reader.maybe_text()?;
    let [id, name, kind] = [reader.text()?, reader.text()?, reader.text()?];
    let mut interface = Interface::new(id, name, kind);
    let text = |reader: &mut Reader<'_>| Ok(reader.maybe_text()?.map(Arc::from));
    interface.comment = text(reader)?;
    interface.default_name = text(reader)?;
    interface.mtu = text(reader)?;
    interface.mac_address = text(reader)?;
    interface.last_link_up = text(reader)?;
    let small = |reader: &mut Reader<'_>| reader.maybe()?.map(u32::try_from).transpose().map_err(|_| Malformed);
    interface.actual_mtu = small(reader)?;
    interface.l2_mtu = small(reader)?;
    interface.link_downs = reader.maybe()?;
    interface.link_bps = reader.maybe()?;
    let flag = |at: usize| bits >> at & 1 == 1;
    (interface.running, interface.disabled) = (flag(0), flag(1));
    (interface.dynamic, interface.slave) = (flag(2), flag(3));
    let key = key.map_or_else(|| interface.name.clone(), Arc::from);
    Ok((interface, Identity { line, key }))
}
