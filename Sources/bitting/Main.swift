import ServiceLifecycle
@main enum Main { static func main() {} }
