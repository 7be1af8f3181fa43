// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser

/// Which checkpoints a trail is held against, and the key that must have signed them.
struct CheckpointSources: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Checkpoints that were kept elsewhere: notes one after another, or a syslog that holds them.",
            valueName: "file"))
    var checkpoints: String?

    @Option(
        help: ArgumentHelp(
            "The key that must have signed the checkpoints, as `bitting audit key` prints it.", valueName: "key"))
    var key: String?

    /// What was found, and what is to be said about it.
    struct Found {
        var checkpoints: [FoundCheckpoint] = []
        var remarks: [String] = []
        var key: VerifierKey?
    }

    /// Reads all there are: those of the file, and those that lie in the data directory itself.
    func read(besides stored: StoredCheckpoints?) throws -> Found {
        guard checkpoints != nil || stored?.notes.isEmpty == false else {
            guard key == nil else {
                throw CommandFailure("There are no checkpoints to hold the key against.", fix: "Give --checkpoints.")
            }
            return Found()
        }
        let reader = CheckpointReader(key: try verifier(or: stored?.key))
        var found = Found(key: reader.key)
        if key == nil {
            found.remarks.append(
                "The key was taken from the directory itself, where whoever changed the trail may have changed it too: "
                    + "give --key as `bitting audit key` printed it before.")
        }
        for (index, note) in (stored?.notes ?? []).enumerated() {
            found.checkpoints.append(
                try reader.read(Array(note.utf8), at: "checkpoint \(index + 1) of the directory"))
        }
        found.remarks += CheckpointRemarks.about(found.checkpoints)
        if let checkpoints { try found.add(try reader.read(file: checkpoints), from: checkpoints) }
        return found
    }

    private func verifier(or stored: VerifierKey?) throws(CommandFailure) -> VerifierKey {
        guard let key else {
            guard let stored else {
                throw CommandFailure(
                    "Whose signature the checkpoints must have is not known.",
                    fix: "Give --key as `bitting audit key` prints it.")
            }
            return stored
        }
        guard let verifier = VerifierKey(key) else {
            throw CommandFailure("--key is no key of a signer.", fix: "Give it as `bitting audit key` prints it.")
        }
        return verifier
    }
}

extension CheckpointSources.Found {
    fileprivate mutating func add(_ more: [FoundCheckpoint], from path: String) throws(CommandFailure) {
        guard !more.isEmpty else {
            throw CommandFailure(
                "\(PlainText.line(path)) holds no checkpoint.",
                fix: "Give the file that `bitting serve --checkpoints-to` wrote; if it was emptied, find out by whom.")
        }
        checkpoints += more
        remarks += CheckpointRemarks.about(more)
    }
}
