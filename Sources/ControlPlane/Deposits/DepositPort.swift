// SPDX-License-Identifier: Apache-2.0
package import HeldKeys

/// How keys are handed in sealed.
package struct DepositPort: Sendable {
    package let deposits: Deposits
    package let keys: DepositKeys
    /// Where invited people find the page; nil for the address by which an operator calls.
    package let page: String?

    /// A port.
    package init(deposits: Deposits, keys: DepositKeys, page: String? = nil) {
        self.deposits = deposits
        self.keys = keys
        self.page = page
    }

    /// The address that an invited person is given. The ticket is its fragment, which no browser sends and no log sees.
    func url(_ ticket: DepositTicket, calledAs authority: String?) -> String {
        "\(page ?? "http://\(Self.plain(authority))/deposit")#\(ticket.text)"
    }

    /// Host and port, if they look like it.
    private static func plain(_ authority: String?) -> String {
        guard let authority, (1...255).contains(authority.utf8.count), authority.utf8.allSatisfy(isPlain) else {
            return "localhost"
        }
        return authority
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: ":"),
            UInt8(ascii: "["), UInt8(ascii: "]"):
            true
        default: false
        }
    }
}
