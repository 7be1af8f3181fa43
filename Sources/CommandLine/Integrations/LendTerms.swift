// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import Wire

/// How often an integration may be called through, whether its app may see the value, and how calls are looked after; for
/// create and change.
struct LendTerms: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A limit for all calls through it together, \(LimitArgument.grammar); may be repeated.",
            valueName: "limit"))
    var limit: [LimitArgument] = []

    @OptionGroup var quota: QuotaOptions

    @Flag(inversion: .prefixedNo, help: "Whether the app may see the value itself.")
    var reveal: Bool?

    @OptionGroup var care: LendCareOptions

    /// The members that were given.
    var members: [JSON.Member] {
        JSON.given([
            "limits": limit.unlessEmpty(LimitArgument.list), "quota": quota.json, "reveal": reveal.map { .bool($0) },
            "care": care.json,
        ]).asObject ?? []
    }
}
