<!doctype html>
<html lang="en" data-gateway="<?= htmlspecialchars((string) getenv('TWINWIRE_URL')) ?>">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Chat</title>
  <link rel="icon" href="data:,">
  <link rel="stylesheet" href="/look.css">
  <link rel="stylesheet" href="chat.css">
  <script type="module" src="chat.js"></script>
</head>
<body>
  <header class="bar">
    <h1>Lobby</h1>
    <output class="state" id="state"></output>
    <button type="button" id="leave" hidden>Leave</button>
  </header>

  <form class="sheet" id="sign-in" hidden>
    <label for="name">Your name</label>
    <div class="bar">
      <input id="name" name="name" required maxlength="24" autocomplete="nickname">
      <button class="main">Enter</button>
    </div>
    <p class="soft">Open a second tab with another name to have somebody to talk to.</p>
    <p class="trouble" role="alert"></p>
  </form>

  <main id="room" hidden>
    <aside class="sheet" aria-labelledby="here">
      <h2 id="here">Here now</h2>
      <ul id="people"></ul>
    </aside>
    <section class="sheet" aria-label="Conversation">
      <ol id="talk" aria-live="polite"></ol>
      <form id="write" class="bar">
        <button type="button" id="to" title="Write to everyone again" hidden></button>
        <input name="text" aria-label="Message" placeholder="Write to everyone, or choose somebody" autocomplete="off" maxlength="1000" required>
        <button class="main">Send</button>
      </form>
    </section>
  </main>
</body>
</html>
