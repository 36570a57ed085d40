"""All acts of the desk: importing this puts each on the list. A new part of the desk adds its word here."""

import luoshu.desk.alert
import luoshu.desk.consultation
import luoshu.desk.expert
import luoshu.desk.heard
import luoshu.desk.picking
import luoshu.desk.post
import luoshu.desk.staff  # noqa: F401
