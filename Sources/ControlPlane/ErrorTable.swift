// SPDX-License-Identifier: Apache-2.0
import Access
import HTTPTypes
import Shapes
import Wire

/// The one table from what can go wrong to what is answered. Total over our own errors; anything else is a bare 500.
extension Problem {
    init(of error: any Error) {
        switch error {
        case let refusal as Refusal: self.init(refusal)
        case let fault as FieldFault: self.init(fault)
        case let fault as ParameterFault: self.init(fault)
        case let fault as RequestFault: self.init(fault)
        case let fault as JSONFault: self.init(fault)
        case let fault as HeadFault: self.init(fault)
        case let failure as StorageFailure: self.init(failure)
        default: self.init(unknown: ())
        }
    }

    private init(_ refusal: Refusal) {
        switch refusal {
        case .unauthenticated:
            self.init(
                .unauthorized, "unauthenticated", "No accepted key", "The request shows no key that is accepted here.",
                fix: "Send `Authorization: Bearer` and a management key that is in force, once.")
        case .missingScope(let scope):
            self.init(
                .forbidden, "missing_scope", "The key lacks a scope", "This needs the scope \(scope).",
                fix: "Use a key that holds \(scope).")
            self.scope = scope.description
        case .wouldEscalate(let pointer, let detail):
            self.init(
                .forbidden, "would_escalate", "The call would give more than the caller has", detail,
                fix: "Use a key that holds more, or ask for less.")
            self.pointer = pointer
        case .notFound(let noun):
            self.init(
                .notFound, "not_found", "Not found", "There is no such \(noun), or the caller may not see it.",
                fix: "Check the id; the list shows what the caller can see.")
        case .invalid(let pointer, let detail, let fix):
            self.init(.unprocessableContent, "invalid_field", "A field is wrong", detail, fix: fix)
            self.pointer = pointer
        case .conflict(let detail, let fix):
            self.init(.conflict, "conflict", "Not possible in the present state", detail, fix: fix)
        case .changedMeanwhile(let revision):
            self.init(
                .preconditionFailed, "changed_meanwhile", "Changed meanwhile",
                revision == 0 ? "It does not exist yet." : "It is at revision \(revision).",
                fix: "Read it again and send its ETag in `If-Match`.")
        case .idempotencyKeyReused:
            self.init(
                .unprocessableContent, "idempotency_key_reused", "The idempotency key was used for another call",
                "This key was sent within the last hour with another method, path or body.",
                fix: "Send a new `Idempotency-Key` for a new call; repeat a call with the same bytes.")
            parameter = "Idempotency-Key"
        case .alreadyImported:
            self.init(
                .conflict, "already_imported", "The key is here already", "A key with this secret is here already.",
                fix: "Leave it out; it verifies already. To change it, find it by its hint.")
        }
    }

    private init(_ fault: FieldFault) {
        self.init(.unprocessableContent, fault.code.rawValue, fault.code.title, fault.detail, fix: fault.fix)
        pointer = fault.pointer
    }

    private init(_ fault: ParameterFault) {
        self.init(.badRequest, "invalid_parameter", "A parameter is wrong", fault.detail, fix: fault.fix)
        parameter = fault.name
    }

    private init(_ fault: RequestFault) {
        switch fault {
        case .noSuchPath:
            self.init(
                .notFound, "not_found", "Not found", "There is nothing at this path.",
                fix: "See /openapi.yaml for the paths there are.")
        case .methodNotAllowed(let methods):
            self.init(
                .methodNotAllowed, "method_not_allowed", "Method not allowed", "This path does not have that method.",
                fix: "Use \(methods.joined(separator: " or ")).")
            allow = methods
        case .bodyTooLarge(let longest):
            self.init(
                .contentTooLarge, "body_too_large", "The body is too large",
                "The body is longer than \(longest) bytes.", fix: "Send a shorter body.")
        case .lineTooLong:
            self.init(
                .contentTooLarge, "line_too_long", "The line is too long",
                "The line is longer than \(NumberedLines.longest) bytes.", fix: "Send a shorter line.")
        case .bodyIncomplete:
            self.init(
                .badRequest, "invalid_json", "The body is not whole", "The body ended before it was whole.",
                fix: "Send the whole body.")
        case .unsupportedMediaType(let types):
            self.init(
                .unsupportedMediaType, "unsupported_media_type", "Unsupported media type",
                "The body must be \(types.joined(separator: " or ")), not coded.",
                fix: "Send `Content-Type: \(types.joined(separator: "` or `"))`.")
        case .notReady:
            self.init(
                .serviceUnavailable, "unavailable", "Not available", "The service is starting or stopping.",
                fix: "Try again shortly.")
        case .tooManyWaiting:
            self.init(
                .tooManyRequests, "too_many_waiting", "Too many calls wait for events",
                "As many calls wait for events as may, or as many of this caller.",
                fix: "Let one call wait at a time, or ask without `wait`.")
        case .tooManyVisitors(let seconds):
            self.init(
                .tooManyRequests, "too_many_visitors", "Too many calls without a key",
                "As many calls without a key were made as may be, in all or from one address.",
                fix: "Try again in \(seconds) s.")
            retryAfter = seconds
        case .invalidCursor:
            self.init(
                .badRequest, "invalid_cursor", "The cursor is not good here",
                "It was altered, or belongs to another list or to other filters.",
                fix: "Send `next_cursor` unchanged and with the same filters, or start without `cursor`.")
            parameter = "cursor"
        }
    }

    private init(_ fault: JSONFault) {
        let isRepeat = fault.code == .duplicateName
        self.init(
            .badRequest, isRepeat ? "duplicate_name" : "invalid_json",
            isRepeat ? "A name stands twice" : "The body is not JSON",
            "Reading the body ended at byte \(fault.offset): \(fault.code.rawValue).",
            fix: isRepeat ? "Name every field once." : "Send one JSON object in UTF-8.")
        pointer = fault.pointer
        offset = fault.offset
    }

    private init(_ failure: StorageFailure) {
        switch failure {
        case .engine, .unreadable: self.init(unknown: ())
        case .full:
            self.init(
                .init(code: 507, reasonPhrase: "Insufficient Storage"), "storage_full", "The disk is full",
                "Nothing was changed.", fix: "Make room on the disk of the service, then try again.")
            isOurs = true
        }
    }

    private init(unknown: Void) {
        self.init(
            .internalServerError, "internal", "Something broke on our side", "The call was not carried out.",
            fix: "Try again; if it stays, look into the log of the service.")
        isOurs = true
    }
}
