// SPDX-License-Identifier: Apache-2.0
import Access
import BittingClient
import Foundation
import HeldKeys
import Shapes
import Testing
import Wire

@testable import CommandLine

@Suite("The providers that ship")
struct CatalogueTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "providers")

    private static func files() throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        for url in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
            files[url.deletingPathExtension().lastPathComponent] = [UInt8](try Data(contentsOf: url))
        }
        return files
    }

    private static func provider(_ name: String, _ bytes: [UInt8]) throws -> Provider {
        let file = try ProviderFile(name: "\(name).yaml", bytes: bytes)
        return try Shape<Provider>.provider(named: name, at: .latest).read(file.json, "")
    }

    @Test("The catalogue is the folder, but for the stand-in of the demonstration")
    func folder() throws {
        var files = try CatalogueTests.files()
        files["example-carrier"] = nil
        #expect(Catalogue.entries.map(\.name) == files.keys.sorted())
        for entry in Catalogue.entries { #expect(entry.bytes == files[entry.name], "\(entry.name)") }
        #expect(Catalogue.entries.count >= 25)
    }

    @Test(
        "Those that people asked for are there",
        arguments: [
            "stripe", "github", "gitlab", "slack", "hubspot", "salesforce", "shopify", "sendgrid", "twilio", "mailgun",
            "openai", "anthropic", "google-maps", "aws", "cloudflare", "datadog", "pagerduty", "linear", "notion",
            "airtable", "zendesk", "intercom", "easypost", "shippo", "shipengine",
        ])
    func wanted(_ name: String) throws {
        _ = try Catalogue.entry(name)
    }

    @Test("Every file is a provider, whole: documentation, a test, permission sets, a guide with its page")
    func whole() throws {
        for (name, bytes) in try CatalogueTests.files() {
            #expect(Provider.isName(name))
            let provider = try CatalogueTests.provider(name, bytes)
            #expect(!provider.title.isEmpty, "\(name)")
            #expect(provider.documentation != nil, "\(name)")
            #expect(provider.test != nil, "\(name)")
            #expect(!provider.permissionSets.isEmpty, "\(name)")
            #expect(provider.rotation?.link != nil && provider.rotation?.steps.isEmpty == false, "\(name)")
            #expect(!provider.environment.isEmpty && !provider.revealEnvironment.isEmpty, "\(name)")
            let shown = try Shape<Provider>.provider(named: name, at: .latest).read(provider.described, "")
            #expect(shown == provider, "\(name)")
        }
    }

    @Test("Those on the internet are called over TLS, at public addresses, by the system's roots")
    func careful() throws {
        for entry in Catalogue.entries {
            let provider = try CatalogueTests.provider(entry.name, entry.bytes)
            #expect(provider.origins.allSatisfy { $0.text.hasPrefix("https://") }, "\(entry.name)")
            #expect(provider.allowedPrivateAddresses.isEmpty && provider.certificateAuthority == nil, "\(entry.name)")
        }
    }

    @Test("Every file names where its facts are from, in a comment above them")
    func sources() throws {
        for (name, bytes) in try CatalogueTests.files() where name != "example-carrier" {
            let head = String(decoding: bytes, as: UTF8.self).split(separator: "\n").prefix { $0.hasPrefix("#") }
            #expect(head.first == "# SPDX-License-Identifier: Apache-2.0", "\(name)")
            #expect(head.contains { $0.contains("https://") }, "\(name)")
        }
    }

    @Test(
        "Those whose keys are minted can be asked, once their settings are given",
        arguments: ["aws", "bitting", "cloudflare", "gitlab-project", "openai-project", "sendgrid", "twilio-key"])
    func minted(_ name: String) throws {
        let provider = try CatalogueTests.provider(name, try Catalogue.entry(name).bytes)
        let making = try #require(provider.rotation?.making)
        let settings = provider.settings.map { CredentialSetting(name: $0.name, value: "Given1") }
        var names = ["label": "bitting-1", "key": "key_1", "more": "/x?y=z", "page": "2"]
        for want in making.describe?.take ?? [] { names[want.name] = #"{"a":["b"]}"# }
        let requests = [making.own?.request, making.describe?.request, making.mint, making.list, making.nextPage]
        for request in requests.compactMap(\.self) + [making.delete] {
            let call = try #require(request.call(settings: settings, names: names), "\(request.path)")
            if call.contentType == "application/json" {
                _ = try JSON.parse(String(decoding: try #require(call.body), as: UTF8.self))
            }
        }
        #expect(provider.rotation?.atOnce != nil)
    }

    @Test("No other says that its keys are minted or set without saying how")
    func kinds() throws {
        for entry in Catalogue.entries {
            let rotation = try CatalogueTests.provider(entry.name, entry.bytes).rotation
            #expect((rotation?.kind == .minted) == (rotation?.making != nil), "\(entry.name)")
        }
    }

    @Test("The catalogue is listed, and one of its files printed byte for byte")
    func printed() async throws {
        let list = await Stage(environment: [:]).run("provider", "catalog")
        #expect(list.status == 0)
        #expect(list.output.contains("stripe") && list.output.contains("https://api.stripe.com"))
        let file = await Stage(environment: [:]).run("provider", "catalog", "stripe")
        #expect(Array(file.output.utf8) == (try Catalogue.entry("stripe")).bytes)
        let json = await Stage(environment: [:]).run("provider", "catalog", "stripe", "--json")
        #expect(try JSON.parse(json.output)["title"] == "Stripe")
        let none = await Stage(environment: [:]).run("provider", "catalog", "nobody")
        #expect(none.status == 2 && none.errors.contains("\nfix: "))
    }

    @Test("Adding puts what is new, leaves what is there, and replaces it when told so")
    func added() async throws {
        let there = Response.json(#"{"name":"stripe"}"#)
        let none = Response.problem(404, #"{"type":"about:blank","title":"No","status":404}"#)
        let new = await Stage(answers: [none, there]).run("provider", "add", "stripe")
        #expect(new.status == 0)
        #expect(new.calls.map(\.method) == ["GET", "PUT"])
        let body = try #require(new.calls.last?.body)
        #expect(try JSON.parse(body)["title"] == "Stripe")
        let left = await Stage(answers: [there]).run("provider", "add", "stripe")
        #expect(left.status == 1)
        #expect(left.calls.map(\.method) == ["GET"])
        let replaced = await Stage(answers: [there]).run("provider", "add", "stripe", "--replace")
        #expect(replaced.status == 0)
        #expect(replaced.calls.map(\.method) == ["PUT"])
        let unknown = await Stage().run("provider", "add", "stripe", "nobody")
        #expect(unknown.status == 2 && unknown.calls.isEmpty)
    }
}
