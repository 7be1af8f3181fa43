// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import Secrets
internal import Wire

/// What is said of a trail that was found intact.
struct TrailReport {
    let check: TrailCheck
    let proof: CheckpointProof
    let found: CheckpointSources.Found
    /// A data directory, where checkpoints are to be expected.
    let isDirectory: Bool

    func say(on terminal: Terminal, asJSON: Bool) {
        if asJSON {
            Printer(terminal: terminal, asJSON: true).json(.object(trailMembers + checkpointMembers))
        } else {
            (trailLines + checkpointLines).forEach(terminal.say)
        }
    }

    private var trailLines: [String] {
        guard let first = check.first, let last = check.last else { return ["There are no events to check."] }
        let events = check.count == 1 ? "1 event" : "\(check.count) events"
        var lines = [
            "The trail is intact: \(events), \(first.sequence) to \(last.sequence).", "First: \(first.at)",
            "Last:  \(last.at)", "Last hash: \(last.hash.hexadecimal)",
        ]
        if check.trustsItsStart {
            lines.append(
                "It starts at event \(first.sequence): what was before was not checked, the link to it is trusted.")
            lines.append("Trusted previous hash: \(first.previous.hexadecimal)")
        }
        return lines
    }

    private var trailMembers: [JSON.Member] {
        guard let first = check.first, let last = check.last else { return [.init(name: "events", value: .integer(0))] }
        let members: JSON = [
            "events": .integer(Int64(check.count)), "first_sequence": .integer(first.sequence),
            "last_sequence": .integer(last.sequence), "first_at": .string(first.at.description),
            "last_at": .string(last.at.description), "last_hash": .string(last.hash.hexadecimal),
            "trusted_previous_hash": check.trustsItsStart ? .string(first.previous.hexadecimal) : .null,
        ]
        return members.asObject ?? []
    }

    private var checkpointLines: [String] {
        guard let key = found.key, proof.count > 0 else {
            return isDirectory ? ["There are no checkpoints: that nothing was cut off at the end is not proven."] : []
        }
        guard !proof.isImpossible else { return [] }
        let count = proof.count == 1 ? "1 checkpoint" : "\(proof.count) checkpoints"
        var lines = ["Proven by \(count) of \(key.name): events 1 to \(proof.provenSize)."]
        if let at = proof.newestAt { lines.append("Newest checkpoint: \(at)") }
        if let last = check.last?.sequence, last > proof.provenSize {
            lines.append("Later events, \(proof.provenSize + 1) to \(last): no checkpoint yet, only the chain vouches.")
        }
        return lines + found.remarks.map { "Remark: \($0)" }
    }

    private var checkpointMembers: [JSON.Member] {
        guard let key = found.key, proof.count > 0 else { return [] }
        let members: JSON = [
            "checkpoints": .integer(Int64(proof.count)), "signer": .string(key.name),
            "proven_to": .integer(proof.provenSize),
            "newest_checkpoint_at": proof.newestAt.map { .string($0.description) } ?? .null,
            "remarks": .array(found.remarks.map { .string($0) }),
        ]
        return members.asObject ?? []
    }
}
