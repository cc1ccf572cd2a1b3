Option Explicit
' The names in a cell of people, read as kesu reads them (workbook/names.py): several are divided by a pause mark, or by
' what people type instead of it.

Private Const DIVIDERS As String = "、,;/&+|"

Public kesuStaff As String

Public Function kesuNamesIn(ByVal text As String) As String
    ' The names of a cell that may hold several, divided by bars.
    Dim i As Long, one As String, out As String, word As String
    text = Remarks(Opened(kesuHalf(text)), False) & " "
    For i = 1 To Len(text)
        one = Mid$(text, i, 1)
        If Divides(one) Then
            If word <> "" Then out = Listed(out, Parted(word))
            word = ""
        ElseIf one <> "(" And one <> ")" Then
            word = word & one
        End If
    Next i
    kesuNamesIn = out
End Function

Public Function kesuContained(ByVal text As String, ByVal known As String) As String
    ' The known names that stand anywhere in a text, as they stand there; never one inside a longer known one.
    Dim names() As String, rest As String, found As String, size As Long, longest As Long, i As Long
    Dim at As Long, first As Long, pick As Long, out As String
    If known = "" Then Exit Function
    text = Opened(kesuHalf(text))
    rest = text
    names = Split(kesuSorted(known), "|")
    For i = 0 To UBound(names)
        If Len(names(i)) > longest Then longest = Len(names(i))
    Next i
    For size = longest To 1 Step -1
        For i = 0 To UBound(names)
            If Len(names(i)) = size Then
                If InStr(1, rest, names(i), vbBinaryCompare) > 0 Then
                    found = Listed(found, names(i))
                    rest = Replace(rest, names(i), "|")
                End If
            End If
        Next i
    Next size
    If found = "" Then Exit Function
    names = Split(found, "|")
    Do
        first = Len(text) + 1
        For i = 0 To UBound(names)
            If names(i) <> "" Then
                at = InStr(1, text, names(i), vbBinaryCompare)
                If at < first Then
                    first = at
                    pick = i
                End If
            End If
        Next i
        If first > Len(text) Then Exit Do
        out = Listed(out, names(pick))
        names(pick) = ""
    Loop
    kesuContained = out
End Function

Public Function kesuMeant(ByVal text As String) As String
    ' Everybody a cell may mean: its names, and where one is nobody's, also whoever is named inside the text.
    Dim names() As String, i As Long
    kesuMeant = kesuNamesIn(text)
    If kesuMeant = "" Then Exit Function
    names = Split(kesuMeant, "|")
    For i = 0 To UBound(names)
        If Not kesuHas(kesuStaff, names(i)) Then
            kesuMeant = Listed(kesuMeant, kesuContained(text, kesuStaff))
            Exit Function
        End If
    Next i
End Function

Public Function kesuSpaced(ByVal text As String) As String
    ' A text with a pause mark where white space divides names; none where it is inside one.
    Dim i As Long, one As String, pieces As String, out As String
    text = kesuHalf(text)
    If InStr(1, kesuTrimmed(text), " ", vbBinaryCompare) = 0 Then
        kesuSpaced = kesuTrimmed(text)
        Exit Function
    End If
    text = Remarks(text, True) & ","
    For i = 1 To Len(text)
        one = Mid$(text, i, 1)
        If InStr(1, DIVIDERS, one, vbBinaryCompare) > 0 Then
            out = Listed(out, NamesOf(pieces))
            pieces = ""
        Else
            pieces = pieces & one
        End If
    Next i
    kesuSpaced = Replace(out, "|", "、")
End Function

Private Function NamesOf(ByVal text As String) As String
    ' The names of pieces that white space divides.
    Dim pieces() As String, words As String, name As String, piece As String, out As String, i As Long, fresh As Boolean
    If kesuTrimmed(text) = "" Then Exit Function
    pieces = Split(text, " ")
    For i = 0 To UBound(pieces)
        If pieces(i) <> "" Then words = Listed(words, pieces(i))
    Next i
    If kesuHas(kesuStaff, Replace(words, "|", "")) Then
        NamesOf = Replace(words, "|", "")
        Exit Function
    End If
    pieces = Split(words, "|")
    fresh = True
    For i = 0 To UBound(pieces)
        piece = pieces(i)
        If Len(name) > 1 And i < UBound(pieces) And kesuHas("和|与|及|以及", piece) Then
            fresh = True
        ElseIf fresh Then
            out = Listed(out, name)
            name = piece
            fresh = False
        ElseIf GoesOn(name, piece, i = UBound(pieces)) Then
            name = name & piece
        Else
            out = Listed(out, name)
            name = piece
        End If
    Next i
    NamesOf = Listed(out, name)
End Function

Private Function GoesOn(ByVal name As String, ByVal piece As String, ByVal last As Boolean) As Boolean
    ' Whether a piece is the rest of the name before it: no name has one sign only, and foreign ones have spaces.
    Dim signs As Long
    signs = InStr(1, piece, "(", vbBinaryCompare) - 1
    If signs < 0 Then signs = Len(piece)
    If kesuHas(kesuStaff, name & piece) Then
        GoesOn = True
    ElseIf Latin(name & piece) Then
        GoesOn = True
    ElseIf Len(name) = 1 And signs <= 2 Then
        GoesOn = True
    Else
        GoesOn = signs <= 1 And last And Not kesuHas(kesuStaff, name)
    End If
End Function

Private Function Remarks(ByVal text As String, ByVal kept As Boolean) As String
    ' What stands in brackets after a name, with the white space before it: left out, or put to the name without any.
    Dim i As Long, one As String, ends As Long, out As String, before As String
    i = 1
    Do While i <= Len(text)
        one = Mid$(text, i, 1)
        ends = 0
        If one = "(" Then
            ends = InStr(i, text, ")", vbBinaryCompare)
            If InStr(i + 1, text & "(", "(", vbBinaryCompare) < ends Then ends = 0
            before = Right$(RTrim$(Left$(text, i - 1)), 1)
            If before = "" Or before = "(" Then ends = 0
            If before <> "" And InStr(1, DIVIDERS, before, vbBinaryCompare) > 0 Then ends = 0
        End If
        If ends > 0 Then
            out = RTrim$(out)
            If kept Then out = out & Replace(Mid$(text, i, ends - i + 1), " ", "")
            i = ends + 1
        Else
            out = out & one
            i = i + 1
        End If
    Loop
    Remarks = out
End Function

Private Function Parted(ByVal word As String) As String
    ' Names joined by a word for "and", divided by bars; no name is cut at it, for a name has four signs at most.
    Dim i As Long, size As Long, start As Long
    start = 1
    i = 3
    Do While i <= Len(word) - 2
        size = 0
        If Han(word, i - 2) And Han(word, i - 1) Then
            If Mid$(word, i, 2) = "以及" And Han(word, i + 2) And Han(word, i + 3) Then
                size = 2
            ElseIf kesuHas("和|与|及", Mid$(word, i, 1)) And Han(word, i + 1) And Han(word, i + 2) Then
                size = 1
            End If
        End If
        If size > 0 Then
            Parted = Listed(Parted, Mid$(word, start, i - start))
            start = i + size
            i = start
        Else
            i = i + 1
        End If
    Loop
    Parted = Listed(Parted, Mid$(word, start))
End Function

Private Function Listed(ByVal list As String, ByVal more As String) As String
    ' A list divided by bars, and more of it.
    Listed = list & IIf(list = "" Or more = "", "", "|") & more
End Function

Private Function Divides(ByVal one As String) As Boolean
    Divides = one = " " Or InStr(1, DIVIDERS, one, vbBinaryCompare) > 0
End Function

Private Function Opened(ByVal text As String) As String
    text = Replace(Replace(Replace(text, "【", "("), "〔", "("), "[", "(")
    Opened = Replace(Replace(Replace(text, "】", ")"), "〕", ")"), "]", ")")
End Function

Private Function Han(ByVal text As String, ByVal place As Long) As Boolean
    Dim code As Long
    If place > Len(text) Then Exit Function
    code = AscW(Mid$(text, place, 1))
    If code < 0 Then code = code + 65536
    Han = code >= &H4E00& And code <= 40959
End Function

Private Function Latin(ByVal text As String) As Boolean
    Dim i As Long, code As Long
    For i = 1 To Len(text)
        code = AscW(Mid$(text, i, 1))
        If code < 0 Or code > 127 Then Exit Function
    Next i
    Latin = True
End Function
