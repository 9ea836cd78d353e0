"""What a program can be and do, in the words that users read."""

KINDS = [
    ("acquisition", "Win New Customers"),
    ("retention", "Keep Customers"),
    ("win_back", "Win Customers Back"),
    ("cross_sell", "Sell More to Customers"),
]
STATES = [
    ("draft", "Draft"),
    ("running", "Running"),
    ("paused", "Paused"),
    ("done", "Done"),
]
OFFERS = [
    ("none", "No Offer"),
    ("discount", "Coupon"),
    ("payment_term", "Payment Terms"),
    ("tier", "Tier Invitation"),
]
# How a program touches its members. Add-ons add their own.
MEDIUMS = [
    ("email", "E-mail"),
    ("call", "Call by the Salesperson"),
    ("meeting", "Meeting with the Salesperson"),
    ("portal", "Message in the Customer Portal"),
]
# Which of the media that `res.partner._may_contact` knows each one needs: who wants a
# meeting rings first.
CONTACT_MEDIA = {
    "email": "email",
    "call": "phone",
    "meeting": "phone",
    "portal": "portal",
}
ARMS = [("treated", "In the Program"), ("control", "Held Back")]
MEMBER_STATES = [
    ("enrolled", "Enrolled"),
    ("touched", "Touched"),
    ("responded", "Responded"),
    ("stopped", "Stopped"),
]
STOP_REASONS = [
    ("bought", "Bought before being touched"),
    ("objected", "Wants no more messages, or is archived"),
    ("complained", "Complained"),
]
