// SPDX-License-Identifier: Apache-2.0
import Wire

/// What most tests start from: a keyspace, an account, an app, a provider, a credential, an integration, a key.
struct Scene {
    let client: Client
    let account: String
    let app: String
    let credential: String
    let integration: String
    let key: String
    let secret: String

    static let value = "sk_example_canary_7f3a"
    static let provider = """
        {"title":"Carrier","origins":["https://api.carrier.example"],"credential":{"in":"header","name":"X-Key"}}
        """

    init(_ client: Client) async throws {
        self.client = client
        _ = try await client.make("/v1/keyspaces", #"{"name":"shop","prefix":"shop"}"#)
        account = try await client.make("/v1/accounts", #"{"name":"Corner Shop"}"#).text("id")
        app = try await client.make("/v1/accounts/\(account)/apps", #"{"name":"Order app"}"#).text("id")
        _ = try await client.put("/v1/providers/carrier", Scene.provider)
        credential = try await client.make(
            "/v1/credentials",
            #"{"account":"\#(account)","provider":"carrier","name":"Production","value":"\#(Scene.value)"}"#
        ).text("id")
        integration = try await client.make(
            "/v1/integrations",
            #"{"name":"carrier","app":"\#(app)","credential":"\#(credential)","allow":[{"methods":["POST"],"path":"/v1/labels"}]}"#
        ).text("id")
        let made = try await client.make("/v1/keys", Scene.key(of: app))
        key = made.text("id")
        secret = made.text("secret")
    }

    /// The body that issues a key for an app.
    static func key(of app: String, name: String = "Label printer", scopes: String = #"["labels:create"]"#) -> String {
        #"{"keyspace":"shop","owner":{"type":"app","id":"\#(app)"},"name":"\#(name)","scopes":\#(scopes)}"#
    }
}
