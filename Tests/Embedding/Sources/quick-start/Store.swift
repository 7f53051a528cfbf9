// What does the README's block take for granted? A store that can be asked whether it is there.

struct Store {
  func ping() async throws {}
}

let store = Store()
