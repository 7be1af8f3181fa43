// SPDX-License-Identifier: Apache-2.0
internal import Access

/// Holds a trail against signed checkpoints: makes the Merkle tree anew, event by event, and compares its root wherever
/// a checkpoint was taken.
struct CheckpointProof {
    /// In the order of their sizes.
    private let checkpoints: [FoundCheckpoint]
    private var next = 0
    private var frontier = MerkleFrontier.empty
    private var beginsInTheMiddle = false
    private var lastSequence: Int64 = 0

    /// A proof by these.
    init(_ found: [FoundCheckpoint]) {
        checkpoints = found.sorted { $0.checkpoint.size < $1.checkpoint.size }
    }

    /// How many checkpoints there are.
    var count: Int { checkpoints.count }
    /// Up to which event they vouch.
    var provenSize: Int64 { next > 0 ? checkpoints[next - 1].checkpoint.size : 0 }
    /// When the newest was signed.
    var newestAt: Instant? { checkpoints.compactMap(\.checkpoint.at).max() }
    /// Whether nothing can be proven: a root is over all events from the first.
    var isImpossible: Bool { beginsInTheMiddle && count > 0 }

    /// Takes the next event, whose place in the chain has been checked.
    mutating func follow(_ event: Event) throws(CheckpointFault) {
        lastSequence = event.sequence
        guard !beginsInTheMiddle, event.sequence == frontier.size + 1 else { return beginsInTheMiddle = true }
        try compare()
        frontier.append(event.hash)
        try compare()
    }

    /// After the last event: whether the trail is as long as the longest checkpoint says.
    mutating func end() throws(CheckpointFault) {
        if !beginsInTheMiddle { try compare() }
        guard let longest = checkpoints.last, longest.checkpoint.size > lastSequence else { return }
        let missing = longest.checkpoint.size - lastSequence
        throw CheckpointFault(
            what: "the trail was cut off at the end: \(missing == 1 ? "1 event is" : "\(missing) events are") missing. "
                + "It ends at \(lastSequence), and \(CheckpointProof.name(longest)) counts \(longest.checkpoint.size).")
    }

    private mutating func compare() throws(CheckpointFault) {
        while next < checkpoints.count, checkpoints[next].checkpoint.size == frontier.size {
            let found = checkpoints[next]
            guard found.checkpoint.root == frontier.root else {
                let range =
                    frontier.size > provenSize ? "\(provenSize + 1) to \(frontier.size)" : "1 to \(frontier.size)"
                throw CheckpointFault(
                    what:
                        "among the events \(range) some were replaced after \(CheckpointProof.name(found)) counted them."
                )
            }
            next += 1
        }
    }

    private static func name(_ found: FoundCheckpoint) -> String {
        found.place + (found.checkpoint.at.map { ", signed at \($0)," } ?? "")
    }
}

/// What is odd about the checkpoints of one source, in their order, and proves nothing by itself.
enum CheckpointRemarks {
    /// An hour is the longest that a running server is silent; a little more for its own delay.
    private static let longestSilence = Length.seconds(65 * 60)

    static func about(_ found: [FoundCheckpoint]) -> [String] {
        zip(found, found.dropFirst()).flatMap { before, after in
            [setBack(before, after), silence(before, after)].compactMap(\.self)
        }
    }

    /// What to say when nothing was signed for long: those who remove the newest checkpoints leave no other trace.
    static func age(of newest: Instant?, at now: Instant) -> String? {
        guard let newest, now > newest + longestSilence else { return nil }
        return "The newest checkpoint is from \(newest): if the server has run since then, newer ones are missing."
    }

    private static func setBack(_ before: FoundCheckpoint, _ after: FoundCheckpoint) -> String? {
        guard after.checkpoint.size < before.checkpoint.size else { return nil }
        return "\(after.place) counts \(after.checkpoint.size) events and the one before it \(before.checkpoint.size): "
            + "the trail was set back in between."
    }

    private static func silence(_ before: FoundCheckpoint, _ after: FoundCheckpoint) -> String? {
        guard let earlier = before.checkpoint.at, let later = after.checkpoint.at else { return nil }
        if later < earlier { return "\(after.place) is older than the one before it: the clock was set back." }
        guard later > earlier + longestSilence else { return nil }
        return "There is no checkpoint between \(earlier) and \(later): the server did not run, or some were removed."
    }
}
