// SPDX-License-Identifier: Apache-2.0
internal import Access

extension Keyspace {
    /// The shortest policy. What acts on many keys by time leaves people a day to see it coming.
    static let shortestPolicy = Length.seconds(86_400)

    /// Refuses policies out of bounds. The longest is what can be written as a length at all: ten years.
    func checkPolicies() throws(Refusal) {
        try Self.check(rotateEvery, at: "/rotate_every")
        try Self.check(revokeWhenUnusedFor, at: "/revoke_when_unused_for")
    }

    private static func check(_ policy: Length?, at pointer: String) throws(Refusal) {
        guard let policy, policy < shortestPolicy else { return }
        throw .invalid(
            pointer: pointer, detail: "The shortest that can be asked for is \(shortestPolicy).",
            fix: "Send 1d or more, or null for never.")
    }
}
