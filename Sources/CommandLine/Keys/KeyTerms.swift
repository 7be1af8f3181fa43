// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// Where, from when and until when a key works; for create and change.
struct KeyTerms: ParsableArguments {
    @OptionGroup var expiry: Expiry

    @Option(help: ArgumentHelp("From when it works: 2026-12-01T00:00:00Z.", valueName: "time"))
    var notBefore: Instant?

    @Option(
        help: ArgumentHelp("An address or CIDR range it works from; may be repeated.", valueName: "range"),
        transform: AddressRange.reading)
    var allowAddress: [AddressRange] = []

    @Option(
        help: ArgumentHelp(
            "A route it works on, \(RouteArgument.grammar); may be repeated.", valueName: "route"))
    var allowRoute: [RouteArgument] = []

    @Option(help: ArgumentHelp("A JSON object to keep with it.", valueName: "json"))
    var metadata: MetadataArgument?

    @OptionGroup var limits: LimitOptions
    @OptionGroup var quota: QuotaOptions

    /// The members that were given.
    func members(at now: Instant) -> [JSON.Member] {
        JSON.given([
            "expires_at": expiry.json(at: now), "not_before": notBefore.map { .string($0.description) },
            "allowed_addresses": allowAddress.unlessEmpty { .texts($0) },
            "allowed_routes": allowRoute.unlessEmpty(RouteArgument.list), "metadata": metadata?.json,
            "limits": limits.json, "quota": quota.json,
        ]).asObject ?? []
    }
}
