// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser

/// The options of `serve` about webhooks.
struct WebhookFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A private range (CIDR) in which webhooks may be told, also without TLS; may be repeated.",
            discussion: "BITTING_WEBHOOKS_ALLOW_PRIVATE, with commas; default none: public addresses and https only",
            valueName: "range"),
        transform: AddressRange.reading)
    var webhooksAllowPrivate: [AddressRange] = []

    /// The ranges of flag or variable.
    func allowedPrivate(in surroundings: Surroundings) throws(CommandFailure) -> [AddressRange] {
        guard webhooksAllowPrivate.isEmpty else { return webhooksAllowPrivate }
        guard let text = surroundings.setting(nil, "BITTING_WEBHOOKS_ALLOW_PRIVATE") else { return [] }
        do {
            return try AddressRange.list(text)
        } catch {
            throw CommandFailure(
                "BITTING_WEBHOOKS_ALLOW_PRIVATE: \(error)", fix: "Write ranges with commas: 127.0.0.0/8,10.1.0.0/16.")
        }
    }
}
