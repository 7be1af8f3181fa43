// SPDX-License-Identifier: Apache-2.0
package import Access

/// Holds the tags that a key's uses are counted under to a number a day, so that a tag made anew for each call cannot
/// fill the disk. Known only within one run of the program.
package struct TagBudget: Sendable {
    private var day: Int64 = 0
    private var known: [KeyID: Set<String>] = [:]
    private var total = 0

    private static let ofOneKey = 100
    private static let ofAllKeys = 200_000

    /// With nothing spent.
    package init() {}

    /// The same counts; tags beyond the number stand under ``UseCount/otherTags``.
    package mutating func bound(_ count: KeyUseCount) -> KeyUseCount {
        guard count.counts.contains(where: { $0.row.tag != nil }) else { return count }
        var bounded = count
        bounded.counts = []
        for use in count.counts {
            let row = UseCount.Row(
                minute: use.row.minute, code: use.row.code, tag: use.row.tag.map { allowed($0, of: count.key) })
            bounded.add(UseCount(row, uses: use.uses, cost: use.cost))
        }
        return bounded
    }

    /// A new day starts with nothing spent.
    package mutating func enter(_ now: Instant) {
        guard now.minute / 1440 != day else { return }
        self = TagBudget()
        day = now.minute / 1440
    }

    private mutating func allowed(_ tag: String, of key: KeyID) -> String {
        let tags = known[key] ?? []
        if tags.contains(tag) { return tag }
        guard tags.count < Self.ofOneKey, total < Self.ofAllKeys else { return UseCount.otherTags }
        known[key, default: []].insert(tag)
        total += 1
        return tag
    }
}
