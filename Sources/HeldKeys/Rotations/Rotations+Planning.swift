// SPDX-License-Identifier: Apache-2.0
package import Access

/// A request that a rotation would make, with names in the place of values.
package struct PlannedRequest: Equatable, Sendable {
    /// What it is for: `describe`, `mint`, `test`, ...
    package let step: String
    package let method: String
    package let url: String
    package let body: String?
    /// Whose key makes it.
    package let with: CredentialID
}

/// What a rotation would do.
package struct RotationPlan: Equatable, Sendable {
    package let rotation: Rotation
    package let requests: [PlannedRequest]
    /// What a person would have to do.
    package let tasks: [Rotation.Task]
    package let holders: [Holder]
}

/// A rotation with what a person needs to know to do their part.
package struct RotationSight: Sendable {
    package let rotation: Rotation
    package let credentialName: String
    package let guide: RotationGuide?
    package let documentation: String?
    /// Who holds the former value, while that matters.
    package let holders: [Holder]
}

extension Rotations {
    /// What a rotation would do, without doing any of it.
    package func plan(
        by caller: Caller, of id: CredentialID, _ draft: RotationDraft, at now: Instant
    ) async throws -> RotationPlan {
        try await store.read(by: caller, needing: Permission.rotationsWrite, "rotation.plan", at: now) {
            [random] records in
            var source = random
            let credential = try Credentials.visible(id, to: caller, records)
            let rotation = try Self.prepare(
                credential, draft, RotationID(at: now, using: &source), by: caller, at: now, records)
            guard let provider = try records.provider(credential.provider) else {
                throw StorageFailure.unreadable("provider of credential")
            }
            return RotationPlan(
                rotation: rotation, requests: Self.requests(rotation, credential, provider),
                tasks: Self.tasks(rotation), holders: try records.holders(of: id, version: rotation.formerNumber))
        }
    }

    private static func tasks(_ rotation: Rotation) -> [Rotation.Task] {
        switch rotation.kind {
        case .byHand: [.provide, .deleteKey]
        case .minted: rotation.mayDelete ? [] : [.allowDeletion]
        case .set: []
        }
    }

    private static func requests(
        _ rotation: Rotation, _ credential: Credential, _ provider: Provider
    ) -> [PlannedRequest] {
        let asker = rotation.terms.with ?? credential.id
        func planned(_ step: String, _ request: KeyMaking.Request, by id: CredentialID) -> PlannedRequest {
            let names = ["label": rotation.label]
            let settings =
                request.settings
                + credential.settings.filter { one in !request.settings.contains { $0.name == one.name } }
            let origin = (request.origin ?? provider.origins.first)?.origin(settings).map { "\($0)" } ?? ""
            return PlannedRequest(
                step: step, method: request.method, url: origin + request.shown(request.path, settings, names),
                body: request.body.map { request.shown($0, settings, names) }, with: id)
        }
        var requests: [PlannedRequest] = []
        let making = rotation.kind == .minted ? provider.rotation?.making : nil
        if let making {
            if rotation.formerKey == nil, let own = making.own {
                requests.append(planned("identify", own.request, by: credential.id))
            }
            if let describe = making.describe { requests.append(planned("describe", describe.request, by: asker)) }
            requests.append(planned("mint", making.mint, by: asker))
        }
        if rotation.kind == .set, let setting = provider.rotation?.setting {
            requests.append(planned("set", setting.request, by: asker))
        }
        let test = provider.test.map { test in
            var request = KeyMaking.Request(method: test.method, path: test.path, expect: test.expect)
            (request.body, request.settings) = (test.body, test.settings)
            return request
        }
        if let test { requests.append(planned("test", test, by: credential.id)) }
        if let making {
            requests.append(planned("find", making.list, by: asker))
            requests.append(planned("delete", making.delete, by: asker))
        }
        if let test { requests.append(planned("confirm_dead", test, by: credential.id)) }
        return requests
    }

    /// One rotation, with what a person needs to know.
    package func sight(by caller: Caller, _ id: RotationID, at now: Instant) async throws -> RotationSight {
        try await store.read(by: caller, needing: Permission.rotationsRead, "rotation.read", at: now) { records in
            try Self.sight(try Self.visible(id, to: caller, records), records)
        }
    }

    /// The same of a page of them.
    package func sights(
        by caller: Caller, _ filter: RotationFilter, _ page: Page, at now: Instant
    ) async throws -> PageItems<RotationSight> {
        try await store.read(by: caller, needing: Permission.rotationsRead, "rotation.list", at: now) { records in
            let rows = try records.rotations(
                filter, visible: caller.accounts, Page(after: page.after, limit: page.limit + 1))
            let found = PageItems(rows, limit: page.limit) { $0.id.description }
            return PageItems(items: try found.items.map { try Self.sight($0, records) }, next: found.next)
        }
    }

    private static func sight(_ rotation: Rotation, _ records: any CredentialRecords) throws -> RotationSight {
        let provider = try records.provider(rotation.provider)
        return RotationSight(
            rotation: rotation, credentialName: try records.credential(rotation.credential)?.name ?? "",
            guide: provider?.rotation, documentation: provider?.documentation,
            holders: rotation.isOver
                ? [] : try records.holders(of: rotation.credential, version: rotation.formerNumber))
    }
}

extension KeyMaking.Request {
    /// A text of it with what is known put in and angle brackets around what is not.
    func shown(_ text: String, _ settings: [CredentialSetting], _ names: [String: String]) -> String {
        var shown = text
        for setting in settings { shown = shown.replacing("{\(setting.name)}", with: setting.value) }
        for (name, value) in names { shown = shown.replacing("{\(name)}", with: value) }
        return shown.replacing(#/\{([a-z][a-z0-9_]*)\}/#) { "<\($0.output.1)>" }
    }
}
