// SPDX-License-Identifier: Apache-2.0
internal import HeldKeys
internal import Wire

/// What must hold between the requests of a rotation and the rest of a provider.
struct RotationRules {
    private let provider: Provider
    private let pointer: String
    private let secrets: [String]
    private let settings: [String]

    init(_ provider: Provider, at pointer: String, secrets: [String], settings: [String]) {
        self.provider = provider
        self.pointer = "\(pointer)/rotation"
        self.secrets = secrets
        self.settings = settings
    }

    func check() throws(FieldFault) {
        guard let rotation = provider.rotation else { return }
        if let making = rotation.making { try check(making) }
        if let setting = rotation.setting {
            try needTest()
            guard provider.parts.isEmpty else {
                throw .value("\(pointer)/set", "A value of several parts cannot be chosen.", fix: "Send kind by_hand.")
            }
            try check(setting.request, at: "set", inPath: [], inBody: [.new])
            try need(.new, in: setting.request, at: "set")
        }
    }

    /// Names of settings that stand in requests.
    static func names(in rotation: RotationGuide?) -> [String] {
        guard let rotation else { return [] }
        var requests = rotation.setting.map { [$0.request] } ?? []
        if let making = rotation.making {
            requests += [making.mint, making.list, making.delete]
            requests += [making.own?.request, making.describe?.request, making.nextPage].compactMap(\.self)
        }
        return requests.flatMap { RequestText($0.path).names + RequestText($0.body ?? "").names }
    }

    private func needTest() throws(FieldFault) {
        guard provider.test != nil else {
            throw .value(
                pointer, "Without a test nobody can tell whether a new key works.",
                fix: "Describe `test`, or send kind by_hand.")
        }
    }

    private func check(_ making: KeyMaking) throws(FieldFault) {
        try needTest()
        let taken = making.describe?.take.map(\.name) ?? []
        for name in taken where settings.contains(name) {
            throw .value(
                "\(pointer)/describe/take/\(name)", "A setting has this name too.", fix: "Give it another name.")
        }
        if let own = making.own { try check(own.request, at: "own") }
        if let part = making.ownPart, !secrets.contains(part.part) {
            throw .value(
                "\(pointer)/own/part", "The value has no such part.",
                fix: "Known are: \(secrets.joined(separator: ", ")).")
        }
        if let describe = making.describe {
            try check(describe.request, at: "describe", inPath: [.key], inBody: [.key])
        }
        try check(making.mint, at: "mint", inPath: [.label], inBody: [.label], taken: taken)
        try check(making.list, at: "list", inPath: [.label], inBody: [.label])
        try check(making.delete, at: "delete", inPath: [.key], inBody: [.key])
        if let describe = making.describe { try need(.key, in: describe.request, at: "describe") }
        try need(.key, in: making.delete, at: "delete")
        try checkNext(making)
        try checkValue(making)
        guard making.rows.label == nil || names(making.mint).contains(KeyMaking.Name.label.rawValue) else {
            throw .value(
                "\(pointer)/mint", "Keys are listed with their names, and the new one is given none.",
                fix: "Put {label} where its name goes, or leave `label` out of `list`.")
        }
    }

    private func checkNext(_ making: KeyMaking) throws(FieldFault) {
        guard let next = making.nextPage else { return }
        let name: KeyMaking.Name = making.rows.more == nil ? .page : .more
        let known = settings + [KeyMaking.Name.label.rawValue, name.rawValue]
        let used = RequestText(next.path).names
        try know(used, among: known, at: "list/next")
        guard used.contains(name.rawValue) || RequestText(next.body ?? "").names.contains(name.rawValue) else {
            throw .value(
                "\(pointer)/list/next", "Every further page would be the same.", fix: "Put {\(name.rawValue)} into it.")
        }
    }

    private func checkValue(_ making: KeyMaking) throws(FieldFault) {
        let given = making.value.map(\.name)
        for name in given where !secrets.contains(name) {
            throw .value(
                "\(pointer)/mint/value", "The value has no part {\(name)}.",
                fix: "Known are: \(secrets.joined(separator: ", ")).")
        }
        for name in secrets where !given.contains(name) {
            throw .value(
                "\(pointer)/mint/value", "It is not said where {\(name)} stands in the answer.",
                fix: "Send {\"\(name)\": \"/…\"}.")
        }
    }

    private func check(
        _ request: KeyMaking.Request, at place: String, inPath: [KeyMaking.Name] = [],
        inBody: [KeyMaking.Name] = [], taken: [String] = []
    ) throws(FieldFault) {
        if let origin = request.origin, !provider.origins.contains(origin) {
            throw .value(
                "\(pointer)/\(place)/origin", "The key would leave for another origin than the provider's.",
                fix: "Send one of `origins` as it is written there, or add it there, behind the first.")
        }
        try know(RequestText(request.path).names, among: settings + inPath.map(\.rawValue), at: "\(place)/path")
        let known = settings + inBody.map(\.rawValue) + taken
        try know(RequestText(request.body ?? "").names, among: known, at: "\(place)/body")
        try know(request.settings.map(\.name), among: settings, at: "\(place)/settings")
        for field in request.fields where isTaken(field.name) {
            throw .value(
                Fields.pointer("\(pointer)/\(place)/headers", field.name),
                "The credential or the body's type stands in this field.", fix: "Leave it out.")
        }
        try checkJSON(request, at: place, documents: taken)
    }

    private func isTaken(_ name: String) -> Bool {
        let spot = "field \(name.lowercased())"
        return spot == "field content-type" || provider.slots.contains { $0.spots.contains(spot) }
    }

    /// A body that says it is JSON is JSON once it is filled in.
    private func checkJSON(
        _ request: KeyMaking.Request, at place: String, documents: [String]
    ) throws(FieldFault) {
        guard let body = request.body, request.contentType?.lowercased().contains("json") == true else { return }
        let sample = RequestText(body).filled { documents.contains($0) ? "null" : "a" }
        guard let sample, (try? JSON.parse(sample)) != nil else {
            throw .value(
                "\(pointer)/\(place)/body", "This is not JSON once its names are filled in.",
                fix: "Put quotes around names but those of `take`, which stand for whole JSON.")
        }
    }

    private func need(_ name: KeyMaking.Name, in request: KeyMaking.Request, at place: String) throws(FieldFault) {
        guard names(request).contains(name.rawValue) else {
            throw .value(
                "\(pointer)/\(place)", "The request is the same whatever {\(name.rawValue)} is.",
                fix: "Put {\(name.rawValue)} into it.")
        }
    }

    private func names(_ request: KeyMaking.Request) -> [String] {
        RequestText(request.path).names + RequestText(request.body ?? "").names
    }

    private func know(_ names: [String], among known: [String], at place: String) throws(FieldFault) {
        for name in names where !known.contains(name) {
            throw .value(
                "\(pointer)/\(place)", "There is no {\(name)} here.",
                fix: known.isEmpty ? "Send text without names." : "Known are: \(known.joined(separator: ", ")).")
        }
    }
}
