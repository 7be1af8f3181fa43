// SPDX-License-Identifier: Apache-2.0
package import Access

/// Counts of many keys, each once, on their way to storage: what is written is taken from the front.
package struct UseCounts: Sendable {
    private var positions: [KeyID: Int] = [:]
    private var all: [KeyUseCount] = []
    private var written = 0

    /// Of no key yet.
    package init() {}

    /// What is counted of one key and not written.
    package subscript(key: KeyID) -> KeyUseCount? {
        guard let position = positions[key], position >= written else { return nil }
        return all[position]
    }

    /// How many keys are not written.
    package var count: Int { all.count - written }

    /// All that is not written, in the order in which the keys came.
    package var rest: ArraySlice<KeyUseCount> { all[written...] }

    /// Adds to what there is.
    package mutating func add(_ counts: [KeyUseCount]) {
        for count in counts { with(count.key) { $0.add(count) } }
    }

    /// The first so many of ``rest`` are written.
    package mutating func remove(_ count: Int) {
        written += count
        if written == all.count { self = UseCounts() }
    }

    mutating func with(_ key: KeyID, _ body: (inout KeyUseCount) -> Void) {
        if let position = positions[key], position >= written { return body(&all[position]) }
        var count = KeyUseCount(key: key)
        body(&count)
        positions[key] = all.count
        all.append(count)
    }
}
