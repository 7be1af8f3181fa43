// SPDX-License-Identifier: Apache-2.0
package import Access
package import Secrets
internal import Synchronization

/// All keys of all keyspaces in memory, found by digest. The only thing a verification asks.
///
/// Readers are event loops, each with a lane of its own. A lane is a mutex that only its loop and a change ever take,
/// so a reading costs one uncontended lock and readers never wait for each other; a change takes all lanes in order,
/// so once it returns no reading sees the state before. There is no cache in front and nothing is filled on demand:
/// what is not here does not exist.
///
/// Memory: about 140 bytes a key, with scope sets, owners and restrictions stored once.
@safe package final class KeyIndex: @unchecked Sendable {
    /// Those who keep verdicts of it for a while, and what they are told.
    package let following = Following()
    private let lanes: [Lane]
    nonisolated(unsafe) private var contents = Contents()

    private final class Lane: Sendable {
        let use = Mutex(LaneUse())
    }

    /// An index for `lanes` concurrent readers.
    package init(lanes: Int) {
        self.lanes = (0..<max(1, lanes)).map { _ in Lane() }
    }

    /// How many concurrent readers it is made for.
    package var laneCount: Int { lanes.count }

    /// Reads under one lane's lock. `body` must be short, must not wait, and must not enter the index again.
    @inline(__always)
    package func reading<Result>(lane: Int, _ body: (borrowing Contents, inout LaneUse) -> Result) -> Result {
        lanes[lane].use.withLock { use in body(unsafe contents, &use) }
    }

    /// Puts changes in force. When this returns, every reading sees them.
    ///
    /// Many changes are put in force some at a time, in their order, so that no reading waits for a whole batch.
    package func apply(_ changes: [KeyChange]) {
        var rest = changes[...]
        while !rest.isEmpty {
            let part = rest.prefix(Self.changesAtOnce)
            rest = rest.dropFirst(part.count)
            holdingAllLanes {
                for change in part { unsafe contents.apply(change) }
            }
        }
    }

    /// More than any one act makes.
    private static let changesAtOnce = 256

    /// Makes room for `count` more keys, so that loading does not copy.
    package func reserve(_ count: Int) {
        holdingAllLanes { unsafe contents.reserve(count) }
        for lane in lanes { lane.use.withLock { $0.reserve(count) } }
    }

    private func holdingAllLanes(from first: Int = 0, _ body: () -> Void) {
        guard first < lanes.count else { return body() }
        lanes[first].use.withLock { use in
            holdingAllLanes(from: first + 1, body)
            use.grow(to: unsafe contents.records.count)
        }
    }

    /// How many secrets it knows, and about how many bytes they take.
    package var size: (keys: Int, bytes: Int) {
        reading(lane: 0) { contents, _ in (contents.records.count, contents.byteCount) }
    }
}

/// A change to the index, in the order of their commits.
package enum KeyChange: Sendable {
    /// A key was made or changed.
    case key(Key)
    /// A secret is gone for good: nothing is found by it.
    case forget(Digest)
    /// An owner was made, changed, locked or unlocked.
    case owner(OwnerID, account: AccountID, isLocked: Bool, quota: Quota? = nil, externalID: String? = nil)
    /// A keyspace was made or changed.
    case keyspace(Keyspace)
}
