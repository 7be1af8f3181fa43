// SPDX-License-Identifier: Apache-2.0

package import Access

/// What may be dialed for one provider: public unicast, and the private ranges its operator named.
///
/// Held against every address twice: before it is dialed and, as the peer of the socket, after. A name is never
/// judged by its text.
package struct AddressGuard: Hashable, Sendable {
    /// The ranges opened by hand. They cannot open what `AddressRefusal.mayBeAllowed` keeps shut.
    package let allowed: [AddressRange]

    /// Public unicast, and what of `allowed` can be opened.
    package init(allowing allowed: [AddressRange] = []) {
        self.allowed = allowed
    }

    /// Why this address is not dialed; none means that it may be.
    package func refusal(of address: IPAddress) -> AddressRefusal? {
        guard let refusal = address.special else { return nil }
        guard refusal.mayBeAllowed, allowed.contains(where: { $0.contains(address) }) else { return refusal }
        return nil
    }

    /// The first refused address of an answer, with the reason. One bad address spoils the whole answer: taking the
    /// good one would let whoever owns the name choose when the bad one is used.
    package func refusal(ofAny addresses: [IPAddress]) -> (address: IPAddress, reason: AddressRefusal)? {
        for address in addresses {
            if let reason = refusal(of: address) { return (address, reason) }
        }
        return nil
    }
}
