// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// How carefully a value is replaced.
struct RotationTermsOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The share of calls that carry the new value at first; default 10.", valueName: "percent"))
    var share: Int64?

    @Option(help: ArgumentHelp("How long that share is watched; default 60s.", valueName: "length"))
    var firstLook: Length?

    @Option(
        help: ArgumentHelp(
            "How long all calls are watched before the former key ends; default 10m.", valueName: "length"))
    var watch: Length?

    @Option(
        help: ArgumentHelp(
            "How long those who hold the former value themselves are waited for; default 24h.", valueName: "length"))
    var waitForHolders: Length?

    @Option(
        help: ArgumentHelp("The credential whose key makes keys, where it is another: cred_…", valueName: "id"))
    var with: CredentialID?

    @Option(help: ArgumentHelp("Who does what is done by hand: usr_…", valueName: "id"))
    var assignee: UserID?

    /// The members that were given.
    var members: [JSON.Member] {
        JSON.given([
            "share": share.map { .integer($0) }, "first_look": firstLook.map { .string($0.description) },
            "watch": watch.map { .string($0.description) },
            "wait_for_holders": waitForHolders.map { .string($0.description) },
            "with": with.map { .string($0.description) }, "assignee": assignee.map { .string($0.description) },
        ]).asObject ?? []
    }
}
