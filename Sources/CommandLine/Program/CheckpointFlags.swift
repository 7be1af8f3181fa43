// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser

/// The options of `serve` about checkpoints.
struct CheckpointFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where a copy of every checkpoint goes; may be repeated. BITTING_CHECKPOINTS_TO, with commas.",
            discussion: """
                file:/path, syslog, syslog://host:port (UDP), or https://… for a POST of text/plain. On a line of a \
                syslog a checkpoint is the word bitting-checkpoint and the note in base 64.
                """,
            valueName: "place"))
    var checkpointsTo: [String] = []

    @Option(
        help: ArgumentHelp(
            "A private range (CIDR) to which copies may go; may be repeated. BITTING_CHECKPOINTS_ALLOW_PRIVATE",
            valueName: "range"),
        transform: AddressRange.reading)
    var checkpointsAllowPrivate: [AddressRange] = []

    @Option(
        help: ArgumentHelp(
            "How often new events are signed, from 1s to 1h. BITTING_CHECKPOINTS_EVERY; default 60s",
            valueName: "duration"))
    var checkpointsEvery: String?

    /// What is asked for by flags and variables.
    func options(in surroundings: Surroundings) throws(CommandFailure) -> CheckpointOptions {
        CheckpointOptions(
            places: try places(in: surroundings), allowedPrivate: try ranges(in: surroundings),
            every: try interval(in: surroundings))
    }

    /// A place that is refused is not repeated: its path may be a secret.
    private func places(in surroundings: Surroundings) throws(CommandFailure) -> [CheckpointPlace] {
        var texts = checkpointsTo
        if texts.isEmpty, let listed = surroundings.setting(nil, "BITTING_CHECKPOINTS_TO") {
            texts = listed.split(separator: ",").map { String($0.drop { $0 == " " }) }
        }
        var places: [CheckpointPlace] = []
        for (index, text) in texts.enumerated() {
            guard let place = CheckpointPlace(text) else {
                throw CommandFailure(
                    "Place \(index + 1) for checkpoints is none that is known.",
                    fix: "Say file:/path, syslog, syslog://host:port or https://…")
            }
            places.append(place)
        }
        return places
    }

    private func ranges(in surroundings: Surroundings) throws(CommandFailure) -> [AddressRange] {
        guard checkpointsAllowPrivate.isEmpty else { return checkpointsAllowPrivate }
        guard let text = surroundings.setting(nil, "BITTING_CHECKPOINTS_ALLOW_PRIVATE") else { return [] }
        do {
            return try AddressRange.list(text)
        } catch {
            throw CommandFailure(
                "BITTING_CHECKPOINTS_ALLOW_PRIVATE: \(error)", fix: "Write ranges with commas: 127.0.0.0/8,10.1.0.0/16."
            )
        }
    }

    private func interval(in surroundings: Surroundings) throws(CommandFailure) -> Length {
        guard let text = surroundings.setting(checkpointsEvery, "BITTING_CHECKPOINTS_EVERY") else {
            return CheckpointOptions().every
        }
        guard let length = Length(text), length >= .seconds(1), length <= .seconds(3600) else {
            throw CommandFailure("\(text) is no interval for checkpoints.", fix: "Say 1s to 1h.")
        }
        return length
    }
}
