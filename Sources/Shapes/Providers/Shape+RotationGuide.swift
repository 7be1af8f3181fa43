// SPDX-License-Identifier: Apache-2.0
internal import HeldKeys
internal import Wire

extension Shape where Value == RotationGuide {
    /// `{kind, link?, guide?, at_once?, own?, describe?, mint?, list?, delete?, set?}`: requests that make keys belong to
    /// `minted`, the one that sets a value to `set`.
    static var rotationGuide: Shape {
        Shape { json, pointer throws(FieldFault) in
            let making = ["own", "describe", "mint", "list", "delete"]
            let fields = try Fields(json, at: pointer, ["kind", "link", "guide", "at_once", "set"] + making)
            var guide = RotationGuide(
                kind: try fields.required("kind", Shape<RotationGuide.Kind>.word),
                link: try fields.nullable("link", .webPage),
                steps: try fields.optional("guide", Shape<String>.text(1...500).list(0...20)) ?? [])
            guide.atOnce = try fields.nullable("at_once", Shape<Int64>.integer(1...10_000).map { Int($0) })
            if guide.kind != .minted { try fields.refuse(making, fix: "Send kind minted, or leave it out.") }
            if guide.kind != .set { try fields.refuse(["set"], fix: "Send kind set, or leave it out.") }
            if guide.kind == .minted { guide.making = try KeyMaking(fields) }
            if guide.kind == .set { guide.setting = try fields.nullable("set", .valueSetting) }
            return guide
        }
    }
}

extension Fields {
    /// Refuses members that would have no meaning beside the others.
    fileprivate func refuse(_ names: [String], fix: String) throws(FieldFault) {
        for name in names where try nullable(name, .anything) != nil {
            throw .value(
                Fields.pointer(pointer, name), "Keys of this kind are not replaced by this request.", fix: fix)
        }
    }
}
