"""More that is well made: an adopter's own words for what ships, and choices of their own."""

from __future__ import annotations

# A sentence of ours in an adopter's words: English and Spanish.
MESSAGES = {
    "media": (
        "I can't see pictures or hear sounds. Nobody here can. Words are fine.",
        "No puedo ver fotos ni oír sonidos. Nadie puede aquí. Escribe con palabras.",
    ),
    "too_fast": (
        "That was a lot. All of it is kept. Please wait a minute. In danger now? Call {emergency}.",
        "Es mucho de una vez. Todo está guardado. Espera un minuto. Si hay peligro: {emergency}.",
    ),
    "young": (
        "Thanks for saying so. You can stay here, or call a person on {phone}.",
        "Gracias por decirlo. Puedes seguir aquí o llamar al {phone}.",
    ),
    "reminders": (
        "May I write to you once or twice if it goes quiet?",
        "¿Puedo escribirte una o dos veces si hay silencio?",
    ),
    "share_why": (
        "So that you can say it once. No is fine.",
        "Para que lo cuentes una sola vez. Está bien decir que no.",
    ),
    "break_offer": (
        "You have answered {count} questions. Stop here for today, or go on. Which do you like?",
        "Van {count} preguntas. Puedes parar por hoy o seguir. ¿Qué prefieres?",
    ),
    "safe_sms": (
        "What you write stays on this phone till you delete it. A bill shows our number only.",
        "Tus SMS se quedan en este teléfono hasta que los borres. En la factura sale el número.",
    ),
    "thanks_long": (
        "Thank you. Every word is kept. There is no need to say more.",
        "Gracias. Está todo guardado.",
    ),
    "delete_done": (
        "All of it is deleted. Write again when you like, and we start new. Or call {phone}.",
        "Está todo borrado. Si escribes otra vez, empezamos de nuevo. O llama al {phone}.",
    ),
    "trouble": (
        "Sorry, this is our fault. Your words are kept. In danger now? Call {emergency}. We are on"
        " {phone}.",
        "Perdona, es un fallo nuestro. Tus palabras se guardan. Si hay peligro: {emergency}."
        " Estamos en el {phone}.",
    ),
    "back": (
        "This is the question before. What you said stays, unless you write it anew.",
        "Esta es la pregunta anterior. Lo que dijiste se queda, salvo que escribas otra cosa.",
    ),
    "agreed": ("Thanks. We begin with something good.", "Gracias. Empezamos por algo bueno."),
}
# A question in an adopter's words.
ASKS = {
    "helped_before": (
        "What has worked for you in hard times?",
        "¿Qué te ha servido en momentos duros?",
    ),
    "who_with": (
        "Who would you like to work with? Like a woman, or someone who speaks your language.",
        "¿Con quién te gustaría trabajar? Por ejemplo, una mujer.",
    ),
    "with_you": (
        "Who would you like beside you when we talk?",
        "¿A quién te gustaría tener a tu lado cuando hablemos?",
    ),
    "affects": (
        "Which parts of your week does it touch? Choose more than one if you like.",
        "¿Qué partes de tu semana toca? Puedes elegir varias.",
    ),
    "groups": (
        "Would you like to hear of people who have been through similar things?",
        "¿Quieres saber de personas que han pasado por algo parecido?",
    ),
    "code_word": (
        "Would you like a word that only you and we know?",
        "¿Quieres una palabra que solo sepamos tú y yo?",
    ),
}
WHYS = {
    "good_at": ("It is a good place to start, and we plan from it.", "Es un buen comienzo."),
    "voicemail": (
        "Other people may hear it. Only our team reads this.",
        "Otras personas pueden oírlo. Solo lo lee el equipo.",
    ),
    "how_soon": ("Our team plans its day by it.", "El equipo planea así su día."),
    "affects": ("Our team uses it to find the right help.", "El equipo busca así la ayuda."),
}
# Offers, by the place of their section from the end.
OFFERS = {
    -2: (
        "Next are 2 questions about what weighs on you. No need to say what happened. You can leave"
        " them out. Shall I ask?",
        "Ahora hay 2 preguntas sobre lo que te pesa. No hace falta decir qué pasó. Puedes dejarlas."
        " ¿Te las hago?",
    ),
    -1: (
        "3 more, on feeling safe. If somebody may be badly hurt, a worker may have to tell others."
        " Skip what you like. Shall I ask?",
        "3 más, sobre estar bien. Si alguien corre mucho peligro, quizá el equipo deba avisar a"
        " otros. Puedes saltarlas. ¿Te las hago?",
    ),
}
CHOICES = {
    "how_soon": ("In two weeks", "En dos semanas"),
    "affects": ("Friends", "Amistades"),
    "safe_to_text": ("Only on some days", "Solo algunos días"),
    "voicemail": ("Only in the morning", "Solo por la mañana"),
}
