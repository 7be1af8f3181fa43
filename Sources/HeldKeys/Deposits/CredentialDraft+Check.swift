// SPDX-License-Identifier: Apache-2.0
internal import Access

extension CredentialDraft {
    /// Refuses what could not become a credential when its value arrives.
    static func check(_ draft: CredentialDraft, for caller: Caller, _ records: any CredentialRecords) throws {
        guard caller.sees(draft.account), try records.owner(.account(draft.account)) != nil else {
            throw Refusal.invalid(
                pointer: "/account", detail: "There is no such account.", fix: "Give the id of an account.")
        }
        guard let provider = try records.provider(draft.provider) else {
            throw Refusal.invalid(
                pointer: "/provider", detail: "There is no such provider.",
                fix: "Name one that `GET /v1/providers` lists, or describe it first with `PUT /v1/providers/{name}`.")
        }
        let wanted = provider.settings.map(\.name).sorted()
        guard draft.settings.map(\.name).sorted() == wanted else {
            throw Refusal.invalid(
                pointer: "/settings", detail: "A credential of this provider has other settings.",
                fix: wanted.isEmpty
                    ? "Leave the settings out." : "Send all of these: \(wanted.joined(separator: ", ")).")
        }
    }
}
