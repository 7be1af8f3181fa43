// SPDX-License-Identifier: Apache-2.0

/// Issuers whose tokens anybody in the world can get, about themselves: a rule for one of them must say whose are meant.
struct SharedIssuer: Sendable {
    /// A claim that says whose a token is, and how far a pattern must be spelled out for one party alone to fit it.
    struct Pin: Sendable {
        let claim: String
        /// What values begin with.
        var head = ""
        /// What ends the party's name; nil where the whole value is the name, so that no star may stand in it. Without
        /// it `acme*` would let `acme-evil` in.
        var end: Character?
    }

    let issuer: String
    let pins: [Pin]
    /// An example of a condition that is enough.
    let example: String

    /// The shared issuer of that name, or nil. A slash at the end makes no other party of it.
    static func named(_ issuer: String) -> SharedIssuer? {
        let name = issuer.hasSuffix("/") ? String(issuer.dropLast()) : issuer
        return known.first { $0.issuer == name.lowercased() }
    }

    /// Whether the conditions let one party in alone, or some.
    func isPinned(by conditions: [ClaimCondition]) -> Bool {
        conditions.contains { condition in
            condition.patterns.allSatisfy { pattern in
                pins.contains { $0.claim == condition.claim && $0.holds(pattern) }
            }
        }
    }

    // Left out are claims that say what runs, or who began it, and not for whom: anybody may call a workflow that
    // another one published (`job_workflow_ref`).
    private static let known = [
        SharedIssuer(
            issuer: "https://token.actions.githubusercontent.com",
            pins: [
                Pin(claim: "sub", head: "repo:", end: "/"), Pin(claim: "sub", head: "repository:", end: "/"),
                Pin(claim: "sub", head: "repository_id:", end: ":"),
                Pin(claim: "sub", head: "repository_owner:", end: ":"),
                Pin(claim: "sub", head: "repository_owner_id:", end: ":"), Pin(claim: "repository", end: "/"),
                Pin(claim: "repository_id"), Pin(claim: "repository_owner"), Pin(claim: "repository_owner_id"),
                Pin(claim: "enterprise"), Pin(claim: "enterprise_id"),
            ], example: #""repository": "OWNER/REPOSITORY" or "sub": "repo:OWNER/*""#),
        SharedIssuer(
            issuer: "https://gitlab.com",
            pins: [
                Pin(claim: "sub", head: "project_path:", end: "/"), Pin(claim: "project_path", end: "/"),
                Pin(claim: "namespace_path", end: "/"), Pin(claim: "project_id"), Pin(claim: "namespace_id"),
            ], example: #""project_path": "GROUP/PROJECT""#),
        SharedIssuer(
            issuer: "https://accounts.google.com", pins: [Pin(claim: "sub"), Pin(claim: "email")],
            example: #""email": "NAME@PROJECT.iam.gserviceaccount.com""#),
        SharedIssuer(
            issuer: "https://agent.buildkite.com",
            pins: [
                Pin(claim: "sub", head: "organization:", end: ":"), Pin(claim: "organization_slug"),
                Pin(claim: "organization_id"), Pin(claim: "pipeline_id"),
            ], example: #""organization_slug": "ORGANIZATION""#),
        SharedIssuer(
            issuer: "https://app.terraform.io",
            pins: [
                Pin(claim: "sub", head: "organization:", end: ":"), Pin(claim: "terraform_organization_name"),
                Pin(claim: "terraform_organization_id"), Pin(claim: "terraform_project_id"),
                Pin(claim: "terraform_workspace_id"),
            ], example: #""terraform_organization_name": "ORGANIZATION""#),
    ]
}

extension SharedIssuer.Pin {
    /// Whether all values that fit the pattern are of one party.
    fileprivate func holds(_ pattern: ClaimPattern) -> Bool {
        let literal = pattern.literalPrefix
        guard literal.hasPrefix(head) else { return false }
        let rest = literal.dropFirst(head.count)
        if pattern.isExact { return !rest.isEmpty }
        guard let end, let place = rest.firstIndex(of: end) else { return false }
        return place > rest.startIndex
    }
}
