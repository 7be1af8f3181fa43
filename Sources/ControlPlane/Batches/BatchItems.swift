// SPDX-License-Identifier: Apache-2.0
import Access
import HTTPTypes
import Shapes
import Wire

/// Items of one call that are read one by one, so that one that cannot be read stops none of the others.
struct BatchItems<Item: Sendable>: Sendable {
    /// The name of the array in the body.
    private let name: String
    private let read: [Result<Item, FieldFault>]

    /// Reads each element of the array `name` of the body.
    init(
        _ fields: Fields, _ name: String, _ longest: Int, _ item: (JSON, _ pointer: String) throws(FieldFault) -> Item
    ) throws(FieldFault) {
        let elements = try fields.required(name, Shape<JSON>.anything.list(1...longest))
        self.name = name
        read = elements.enumerated().map { position, element in
            Result { () throws(FieldFault) in try item(element, "/\(name)/\(position)") }
        }
    }

    /// Those that could be read.
    var items: [Item] { read.compactMap { try? $0.get() } }

    /// `{"results": […]}` in the order of the call: for each item what `made` writes of it, or a `status` and a
    /// `problem` whose pointer leads into the call's body.
    ///
    /// - Parameter outcomes: One for each of ``items``.
    func answer<Made>(_ outcomes: [Outcome<Made>], _ made: (inout JSONWriter, Made) -> Void) -> Answer {
        .json { writer in
            writer.object { writer in
                writer.key("results")
                writer.array { writer in
                    var rest = outcomes[...]
                    for (position, item) in read.enumerated() {
                        writer.object { writer in
                            if case .failure(let fault) = item { return writer.result(refused: fault) }
                            switch rest.removeFirst() {
                            case .success(let value): made(&writer, value)
                            case .failure(let refusal):
                                writer.result(refused: refusal, under: "/\(name)/\(position)")
                            }
                        }
                    }
                }
            }
        }
    }
}

extension JSONWriter {
    /// The members of a result that is a refusal: `status` and `problem`, whose pointer starts at `prefix`.
    mutating func result(refused error: any Error, under prefix: String = "") {
        var problem = Problem(of: error)
        problem.pointer = problem.pointer.map { prefix + $0 }
        member("status", problem.status.code)
        key("problem")
        raw(problem.bytes)
    }
}
