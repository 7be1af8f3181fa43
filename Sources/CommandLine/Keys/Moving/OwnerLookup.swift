// SPDX-License-Identifier: Apache-2.0
internal import Wire

/// Accounts by their ids in the systems outside; each is asked for once.
struct OwnerLookup {
    let desk: ManagementDesk
    /// Whether an account that is not there is opened.
    let opensAccounts: Bool
    private var known: [String: JSON] = [:]

    init(desk: ManagementDesk, opensAccounts: Bool) {
        self.desk = desk
        self.opensAccounts = opensAccounts
    }

    /// The account as an owner.
    mutating func owner(_ externalID: String) async throws -> JSON {
        if let known = known[externalID] { return known }
        let found = try await desk.call("GET", Noun.accounts.path, query: [("external_id", externalID)]).json
        var account = found["items"]?.asArray?.first
        if account == nil { account = try await opened(externalID) }
        let owner: JSON = ["type": "account", "id": account?["id"] ?? .null]
        known[externalID] = owner
        return owner
    }

    private func opened(_ externalID: String) async throws -> JSON {
        guard opensAccounts else {
            throw RowFault.unreadable("There is no account with this external_id; --open-accounts opens those missing.")
        }
        return try await desk.call(
            "POST", Noun.accounts.path, body: ["name": .string(externalID), "external_id": .string(externalID)]
        ).json
    }
}
