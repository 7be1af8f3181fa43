// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import Secrets

extension KeyIndex {
    /// Takes what was counted since the last call: of each key that was used or refused, once, in the order of their
    /// ids, so that what is written together lies together.
    package func takeUses() -> [KeyUseCount] {
        var counts = UseCounts()
        for lane in 0..<laneCount {
            let (counted, words) = reading(lane: lane) { _, use in use.take() }
            add(counted, words, to: &counts)
        }
        return counts.rest.sorted { $0.key < $1.key }
    }

    /// Uses of one key that were counted and not taken yet.
    package func pendingUse(of key: Key) -> KeyUse {
        var total = KeyUse(count: 0, lastAt: nil)
        for lane in 0..<laneCount {
            reading(lane: lane) { contents, use in
                for secret in key.secrets {
                    guard let record = contents.find(secret.digest) else { continue }
                    let (count, second, visitor) = use.pending(record)
                    guard count > 0 else { continue }
                    total.add(KeyUse(count: Int64(count), lastAt: Instant(second: second), visitor: visitor))
                }
            }
        }
        return total
    }

    private func add(_ counted: UseTable.Counted, _ words: UseWords, to counts: inout UseCounts) {
        let tags = Dictionary(grouping: counted.tags) { Int($0.key >> 16) }
        forEach(counted.entries, record: \.record) { position, entry, name in
            counts.with(name.key) { $0.add(entry, tags[position] ?? [], words) }
        }
        let needs = counted.needs.map {
            (record: UInt32($0.key >> 16), place: UInt16(truncatingIfNeeded: $0.key), $0.value)
        }
        let last = counted.entries.filter { $0.code == .valid }.map { (record: $0.record, place: $0.need, $0.minute) }
        var reader = NeedReader(words.needs)
        forEach(last + needs, record: \.record) { _, need, name in
            let scopes = reader.scopes(at: need.place, heldIn: name.scopes)
            let at = Instant(second: need.2 * 60)
            counts.with(name.key) { count in for scope in scopes { count.add(NeededScope(scope: scope, lastAt: at)) } }
        }
        forEach(Array(counted.stragglers), record: { UInt32($0.key >> 32) }) { _, straggler, name in
            counts.with(name.key) { $0.add(straggler.key, straggler.value, name.secret, words) }
        }
    }

    private struct Name {
        let key: KeyID
        let secret: Digest
        let scopes: ScopeSet
    }

    /// Gives each element with what its record is called. Records are looked up some hundreds at a time, so that a
    /// change is not kept waiting, and in the last lane, which is not an event loop's.
    private func forEach<Element>(
        _ elements: [Element], record: (Element) -> UInt32, _ body: (Int, Element, Name) -> Void
    ) {
        for start in stride(from: 0, to: elements.count, by: 512) {
            let part = elements[start..<min(start + 512, elements.count)]
            let names = reading(lane: laneCount - 1) { contents, _ in
                part.map { element in
                    let found = contents.records[Int(record(element))]
                    return Name(key: found.id, secret: found.digest, scopes: contents.scopeSets[Int(found.scopes)])
                }
            }
            for (position, name) in zip(part.indices, names) { body(position, part[position], name) }
        }
    }
}

/// Reads what scopes stand in the queries that were asked, each query once.
private struct NeedReader {
    private let texts: InternedTexts
    private var known: [UInt16: [Scope]] = [:]

    init(_ texts: InternedTexts) { self.texts = texts }

    /// Those of a query's scopes that the key holds; nil stands for calls without a query, and for one of too many
    /// queries: of both it is unknown what they needed.
    mutating func scopes(at place: UInt16, heldIn held: ScopeSet) -> [Scope?] {
        guard let query = known[place] ?? texts.bytes(at: place).map(ScopeQuery.scopes) else { return [nil] }
        known[place] = query
        return query.filter(held.covers)
    }
}

extension KeyUseCount {
    fileprivate mutating func add(
        _ entry: UseTable.Entry, _ tags: [(key: UInt64, value: UseTable.Sum)], _ words: UseWords
    ) {
        func row(_ tag: String?) -> UseCount.Row {
            UseCount.Row(minute: Int64(entry.minute), code: entry.code, tag: tag)
        }
        if entry.code == .valid {
            saw(LastUse(at: Instant(second: entry.second), visitor: words.visitor(entry.address, entry.agent)))
        }
        add(UseCount(row(nil), uses: Int64(entry.uses), cost: entry.cost))
        for tag in tags {
            let text = words.tags.text(at: UInt16(truncatingIfNeeded: tag.key)) ?? UseCount.otherTags
            add(UseCount(row(text), uses: Int64(tag.value.uses), cost: tag.value.cost))
        }
    }

    fileprivate mutating func add(
        _ key: UInt64, _ straggler: UseTable.Straggler, _ secret: Digest, _ words: UseWords
    ) {
        let visitor = words.visitor(UInt16(truncatingIfNeeded: key >> 16), UInt16(truncatingIfNeeded: key))
        add(
            StragglerCount(
                secret: secret, visitor: visitor, uses: Int64(straggler.uses),
                firstAt: Instant(second: straggler.first),
                lastAt: Instant(second: straggler.last)))
    }
}
