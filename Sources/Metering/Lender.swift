// SPDX-License-Identifier: Apache-2.0

/// Who writes down that more of a budget may be spent. The data plane asks; it never waits for storage itself.
package protocol Lender: Sendable {
    /// Asks for more ahead of need. Must not block.
    func refill(_ want: Want)
    /// Asks for more because a call waits for it. `then` is called once, on any thread: true when asking the meters
    /// again makes sense, false when storage failed. Must not block.
    func lend(_ want: Want, then: @escaping @Sendable (Bool) -> Void)
}

/// Lends nothing: for planes without quotas.
package struct NoLender: Lender {
    package init() {}
    package func refill(_ want: Want) {}
    package func lend(_ want: Want, then: @escaping @Sendable (Bool) -> Void) { then(false) }
}
