// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Tokens

/// Of an issuer that serves the whole world, a rule names whom it means.
@Suite struct SharedIssuerTests {
    private static let github = "https://token.actions.githubusercontent.com"

    static let table: [(String, [String: [String]], Bool)] = [
        (github, [:], false),
        (github, ["sub": ["*"]], false),
        (github, ["sub": ["repo:*"]], false),
        (github, ["sub": ["repo:acme*"]], false),
        (github, ["sub": ["repo:/*"]], false),
        (github, ["sub": ["*acme/shop*"]], false),
        (github, ["sub": ["repo:acme/*"]], true),
        (github, ["sub": ["repo:acme/shop:ref:refs/heads/main"]], true),
        (github, ["sub": ["repo:acme/*", "repo:*"]], false),
        (github, ["sub": ["job_workflow_ref:acme/*"]], false),
        (github, ["ref": ["refs/heads/main"]], false),
        (github, ["environment": ["production"]], false),
        (github, ["job_workflow_ref": ["acme/shop/.github/workflows/deploy.yml@refs/heads/main"]], false),
        (github, ["repository": ["acme/*"]], true),
        (github, ["repository": ["acme*"]], false),
        (github, ["repository_owner": ["acme"]], true),
        (github, ["repository_owner": ["acme*"]], false),
        (github, ["repository_owner_id": ["123"]], true),
        (github, ["ref": ["refs/heads/main"], "repository": ["acme/shop"]], true),
        (github + "/", [:], false),
        ("https://TOKEN.actions.githubusercontent.com", [:], false),
        ("https://gitlab.com", ["ref": ["main"]], false),
        ("https://gitlab.com", ["project_path": ["group/project"]], true),
        ("https://gitlab.com", ["sub": ["project_path:group/*"]], true),
        ("https://accounts.google.com", ["email": ["*@acme.iam.gserviceaccount.com"]], false),
        ("https://accounts.google.com", ["email": ["ci@acme.iam.gserviceaccount.com"]], true),
    ]

    @Test(arguments: SharedIssuerTests.table.indices)
    func `a claim must hold one party's whole name`(_ row: Int) throws {
        let (issuer, claims, expected) = Self.table[row]
        let conditions = try claims.map { claim, patterns in
            try #require(ClaimCondition(claim: claim, patterns: patterns.compactMap { ClaimPattern($0) }))
        }
        #expect(try #require(SharedIssuer.named(issuer)).isPinned(by: conditions) == expected, "\(issuer) \(claims)")
    }

    @Test func `somebody's own issuer is not shared`() {
        #expect(SharedIssuer.named("https://kubernetes.default.svc") == nil)
        #expect(SharedIssuer.named("https://gitlab.acme.example") == nil)
    }
}
