// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// What happens to a keyspace's keys by time; for create and change.
struct KeyspacePolicies: ParsableArguments {
    @Option(
        help: ArgumentHelp("After how long a key is due for a new secret: 90d. Events tell ahead.", valueName: "length")
    )
    var rotateEvery: Length?

    @Option(help: ArgumentHelp("Revoke a key that was not used for so long: 180d.", valueName: "length"))
    var revokeWhenUnusedFor: Length?

    var rotateEveryJSON: JSON? { rotateEvery.map { .string($0.description) } }
    var revokeWhenUnusedForJSON: JSON? { revokeWhenUnusedFor.map { .string($0.description) } }
}
