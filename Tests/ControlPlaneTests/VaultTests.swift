// SPDX-License-Identifier: Apache-2.0
import Access
import Testing
import Wire

@testable import ControlPlane

@Suite struct VaultTests {
    @Test func `the vault says by which keys it is sealed, and follows them with others`() async throws {
        try await withWorld { (client: Client) async throws in
            let before = try await client.get("/v1/vault")
            #expect(before["term"] == 1)
            #expect(before["data_keys"] == 0)
            let rekeyed = try await client.post(
                "/v1/vault/rotate-master-key", #"{"master_key_id":"0123456789abcdef"}"#)
            #expect(rekeyed.status == 200)
            #expect(rekeyed["master_key_id"] != before["master_key_id"])
            let rotated = try await client.post("/v1/vault/rotate-term")
            #expect(rotated["term"] == 2)
            #expect(rotated["rewrapped"] == 0)
            #expect(rotated["master_key_id"] == rekeyed["master_key_id"])
        }
    }

    @Test(arguments: [
        "{}", #"{"master_key_id":"0123456789ABCDEF"}"#, #"{"master_key_id":"0123456789abcde"}"#,
        #"{"master_key_id":7}"#, #"{"master_key_id":"0123456789abcdef","source":"file:/etc/passwd"}"#,
    ])
    func `a rotation to what is no id, or with a source, is refused`(body: String) async throws {
        try await withWorld { (client: Client) async throws in
            let answer = try await client.post("/v1/vault/rotate-master-key", body)
            #expect(answer.status == 422)
            #expect(try await client.get("/v1/vault")["term"] == 1)
        }
    }

    @Test func `an account is erased by its name, once and for all`() async throws {
        try await withWorld { (client: Client) async throws in
            let account = try await client.make("/v1/accounts", #"{"name":"Corner Shop"}"#)
            let path = "/v1/accounts/\(account.text("id"))/erase"
            let wrong = try await client.post(path, #"{"confirm":"Corner shop","reason":"r"}"#)
            #expect(wrong.status == 422)
            #expect(wrong["pointer"] == "/confirm")
            for _ in 0..<2 {
                let erased = try await client.post(path, #"{"confirm":"Corner Shop","reason":"The end"}"#)
                #expect(erased.status == 200)
                #expect(erased["account"] == account["id"])
                #expect(erased["data_keys_destroyed"] == 0)
                #expect(erased["overwritten_on_disk"] == true)
            }
        }
    }
}
