//! Which interface of a sample is which of the sample before, and by what people can tell them apart.
//!
//! People know the name, but it is not enough: two interfaces of a router may share one, and a renamed interface is
//! still the same. The router's id is not enough either: ids are assigned anew after a reboot, and a dynamic line that
//! ends leaves its id to the next. So the id decides where both samples agree that it is the same interface, then the
//! name.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use lalin_stats::{Frame, Identity, Interface, Row};

/// At least this many lines that are gone are remembered, so that they continue when they come back.
const GONE: usize = 4_096;

/// Gives each interface its [`Identity`].
#[derive(Debug, Default)]
pub(crate) struct Identities {
    last: u64,
    /// New lines are numbered by their keys and not one after the other.
    by_key: bool,
    gone: HashMap<Arc<str>, Vec<Gone>>,
    /// How many are in `gone`, and when each was put there.
    count: usize,
    clock: u64,
}

/// An interface that was there once.
#[derive(Debug)]
struct Gone {
    kind: Arc<str>,
    line: u64,
    since: u64,
}

impl Identities {
    /// With numbers that are made of the lines' keys, so that several machines give a line the same one.
    pub(crate) fn by_key() -> Self {
        Self { by_key: true, ..Self::default() }
    }

    /// The identities of a sample's interfaces, in their order; `before` is the sample before.
    pub(crate) fn of(&mut self, rows: &[Row], before: Option<&Frame>) -> Arc<[Identity]> {
        let interfaces: Vec<&Arc<Interface>> = rows.iter().map(|row| &row.interface).collect();
        let (mut lines, left) = continued(rows, before);
        self.clock += 1;
        for (interface, line) in left {
            self.leave(interface, line);
        }
        for (interface, line) in interfaces.iter().zip(&mut lines) {
            if line.is_none() {
                *line = self.comes_back(interface);
            }
        }
        self.forget(interfaces.len());
        if self.by_key {
            return numbered_by_key(keys(&interfaces).collect(), lines);
        }
        let next = |line: Option<u64>| {
            line.unwrap_or_else(|| {
                self.last += 1;
                self.last
            })
        };
        let lines: Vec<u64> = lines.into_iter().map(next).collect();
        keys(&interfaces).zip(lines).map(|(key, line)| Identity { line, key }).collect()
    }

    fn leave(&mut self, interface: &Interface, line: u64) {
        let gone = Gone { kind: interface.kind.clone(), line, since: self.clock };
        self.gone.entry(interface.name.clone()).or_default().push(gone);
        self.count += 1;
    }

    /// The line that had this name before, preferably with the same type.
    fn comes_back(&mut self, interface: &Interface) -> Option<u64> {
        let known = self.gone.get_mut(&interface.name)?;
        let place = known.iter().rposition(|gone| gone.kind == interface.kind).unwrap_or(known.len() - 1);
        let found = known.remove(place);
        if known.is_empty() {
            self.gone.remove(&interface.name);
        }
        self.count -= 1;
        Some(found.line)
    }

    /// Customers come and go for years. When there are too many, the half that left first is forgotten.
    fn forget(&mut self, interfaces: usize) {
        if self.count <= GONE.max(4 * interfaces) {
            return;
        }
        let mut times: Vec<u64> = self.gone.values().flatten().map(|gone| gone.since).collect();
        times.sort_unstable();
        let oldest = times[times.len() / 2];
        self.gone.retain(|_, known| {
            known.retain(|gone| gone.since > oldest);
            !known.is_empty()
        });
        self.count = self.gone.values().map(Vec::len).sum();
    }
}

/// New lines get a number that is made of their key, or where that one is taken (by a line that was called so before), the
/// next one made of it.
fn numbered_by_key(keys: Vec<Arc<str>>, lines: Vec<Option<u64>>) -> Arc<[Identity]> {
    let mut taken: HashSet<u64> = lines.iter().flatten().copied().collect();
    let number = |(key, line): (Arc<str>, Option<u64>)| {
        let line = line.unwrap_or_else(|| {
            let mut tries = (0_u64..).map(|turn| number_of_key(&key, turn));
            tries.find(|line| taken.insert(*line)).unwrap_or_default()
        });
        Identity { line, key }
    };
    keys.into_iter().zip(lines).map(number).collect()
}

/// FNV-1a, of which the page can hold 52 bits; never 0. The same in every version, for nodes of two versions must agree.
fn number_of_key(key: &str, turn: u64) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let hash = key.bytes().fold(0xcbf2_9ce4_8422_2325, step);
    let hash = (0..turn).fold(hash, |hash, _| step(hash, 0xff));
    (hash >> 12).max(1)
}

/// Those of the sample before.
type Left<'a> = Vec<(&'a Arc<Interface>, u64)>;

/// For each row the line it continues, and the interfaces of the sample before that end.
fn continued<'a>(rows: &[Row], before: Option<&'a Frame>) -> (Vec<Option<u64>>, Left<'a>) {
    let mut lines = vec![None; rows.len()];
    let Some(before) = before else { return (lines, Vec::new()) };
    let mut places = HashMap::with_capacity(before.interfaces.len());
    for (place, interface) in before.interfaces.iter().enumerate() {
        places.entry(&interface.id).or_insert(place);
    }
    let mut taken = vec![false; before.interfaces.len()];
    for (line, row) in lines.iter_mut().zip(rows) {
        let Some(&place) = places.get(&row.interface.id) else { continue };
        if !taken[place] && goes_on(before, place, row) {
            taken[place] = true;
            *line = before.identities.get(place).map(|identity| identity.line);
        }
    }
    let all = before.interfaces.iter().zip(before.identities.iter()).zip(taken);
    let left = all.filter(|(_, taken)| !taken).map(|((interface, identity), _)| (interface, identity.line));
    (lines, left.collect())
}

/// A rename does not change the counters: where they fell, the id was given to another interface.
fn goes_on(before: &Frame, place: usize, row: &Row) -> bool {
    let old = &before.interfaces[place];
    let fell = |old: Option<u64>, new: Option<u64>| old.zip(new).is_some_and(|(old, new)| new < old);
    let counters = before.counters.get(place).copied().unwrap_or_default();
    let new = &row.counters;
    old.is_same(&row.interface)
        && (old.name == row.interface.name
            || !(fell(counters.rx_bytes, new.rx_bytes) || fell(counters.tx_bytes, new.tx_bytes)))
}

/// A unique key for each: the name, and where several share it, the name with type and id.
fn keys(interfaces: &[&Arc<Interface>]) -> impl Iterator<Item = Arc<str>> {
    let mut names: HashMap<&str, usize> = HashMap::with_capacity(interfaces.len());
    for interface in interfaces {
        *names.entry(&interface.name).or_default() += 1;
    }
    let mut made: HashSet<Arc<str>> = HashSet::new();
    // A router should not list one id twice, but keys must be unique even if it does.
    let mut repeats: HashMap<String, usize> = HashMap::new();
    let key = |interface: &&Arc<Interface>| -> Arc<str> {
        let Interface { id, name, kind, .. } = &***interface;
        if names.get(&**name) == Some(&1) {
            return name.clone();
        }
        let repeat = repeats.entry(format!("{name} ({kind} {id}")).or_default();
        loop {
            *repeat += 1;
            let number = if *repeat > 1 { format!(", {repeat}") } else { String::new() };
            let key: Arc<str> = format!("{name} ({kind} {id}{number})").into();
            if !names.contains_key(&*key) && made.insert(key.clone()) {
                return key;
            }
        }
    };
    interfaces.iter().map(key).collect::<Vec<_>>().into_iter()
}

#[cfg(test)]
mod tests;
