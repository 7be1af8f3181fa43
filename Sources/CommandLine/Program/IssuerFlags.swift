// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser

/// The options of `serve` about issuers whose identities machines sign in with.
struct IssuerFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A private range (CIDR) in which issuers may be asked for their keys; may be repeated.",
            discussion: """
                BITTING_ISSUERS_ALLOW_PRIVATE, with commas. Needed for a Kubernetes cluster's own issuer. Loopback ranges \
                also allow http:// to such an address.
                """, valueName: "range"),
        transform: AddressRange.reading)
    var issuersAllowPrivate: [AddressRange] = []

    /// What is asked for by flags and variables.
    func ranges(in surroundings: Surroundings) throws(CommandFailure) -> [AddressRange] {
        guard issuersAllowPrivate.isEmpty else { return issuersAllowPrivate }
        guard let text = surroundings.setting(nil, "BITTING_ISSUERS_ALLOW_PRIVATE") else { return [] }
        do {
            return try AddressRange.list(text)
        } catch {
            throw CommandFailure(
                "BITTING_ISSUERS_ALLOW_PRIVATE: \(error)", fix: "Write ranges with commas: 10.0.0.0/8,10.1.0.0/16.")
        }
    }
}
