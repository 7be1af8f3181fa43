// SPDX-License-Identifier: Apache-2.0
internal import Access

extension HeldValue {
    /// Refuses a value that is none of this provider's: other parts, too long, or not printable ASCII. PEM may hold line
    /// feeds.
    func check(against provider: Provider) throws(Refusal) {
        let wanted = provider.parts.map(\.name)
        guard partNames == wanted else {
            throw .invalid(
                pointer: "/parts", detail: "The provider's keys have other parts.",
                fix: wanted.isEmpty ? "Seal one text." : "Seal these parts: \(wanted.joined(separator: ", ")).")
        }
        let pem = provider.clientCertificate.map { [$0.certificate, $0.privateKey] } ?? []
        var total = 0
        for name in wanted.isEmpty ? [NamedPart.whole] : wanted {
            let isGood = revealing(name) { span in
                total += span.count
                return !span.isEmpty && span.indices.allSatisfy { Self.isGood(span[$0], pem.contains(name)) }
            }
            guard isGood == true, total <= Credentials.longestValue else {
                throw .invalid(
                    pointer: "/sealed",
                    detail: "The value must be 1 to \(Credentials.longestValue) characters of printable ASCII.",
                    fix: "Hand in the provider's key as it stands in a request, without a line end.")
            }
        }
    }

    private static func isGood(_ byte: UInt8, _ takesLineFeeds: Bool) -> Bool {
        (0x20...0x7E).contains(byte) || takesLineFeeds && byte == 0x0A
    }
}
